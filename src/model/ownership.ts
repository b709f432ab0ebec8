import { quote } from '../diagnostics/quote.ts';
import { at, type Fields, rawField, refuseMissing } from './fields.ts';
import { ownerReferenceFields } from './known-fields.ts';
import { qualifiedNameRule, readName } from './names.ts';
import { areSound, checkFields } from './shapes.ts';
import { booleanField, mappingList, stringField, stringList } from './typed-fields.ts';

/** Checks `metadata.ownerReferences` and `metadata.finalizers`, which decide nothing that natc compiles. */
export function checkOwnership(metadata: Fields): void {
  const owners = rawField(metadata, 'ownerReferences');
  if (owners !== undefined && !isPlainOwner(owners)) checkOwners(metadata);
  if (rawField(metadata, 'finalizers') !== undefined) checkFinalizers(metadata);
}

/** One owner, with all that it has to have and of the usual kind: what controllers write, of each EndpointSlice. */
function isPlainOwner(owners: unknown): boolean {
  const [owner, ...others] = Array.isArray(owners) ? (owners as readonly unknown[]) : [];
  if (others.length > 0 || !areSound(owner, ownerReferenceFields)) return false;
  const { apiVersion, kind, name, uid, controller } = owner;
  if (apiVersion !== 'v1' || kind === 'Event' || typeof controller !== 'boolean') return false;
  return [kind, name, uid].every((text) => typeof text === 'string' && text !== '');
}

/** An owner is named in full, and only one of them is the controller. */
function checkOwners(metadata: Fields): void {
  let controllers = 0;
  mappingList(metadata, 'ownerReferences', (owner, index) => {
    checkFields(owner, ownerReferenceFields);
    const read = (key: string): string | undefined => {
      const text = stringField(owner, key);
      if ((text ?? '') === '' && isAbsent(owner, key)) refuseMissing(owner, key);
      return text;
    };
    const [apiVersion = '', kind] = ['apiVersion', 'kind', 'name', 'uid'].map(read);
    const isVersion = /^(?:[^/]*\/)?[^/]+$/.test(apiVersion);
    if (apiVersion !== '' && (!isVersion || (apiVersion === 'v1' && kind === 'Event'))) {
      metadata.report.refuse(at(owner, isVersion ? 'kind' : 'apiVersion'), {
        code: 'NATC2114',
        message: isVersion
          ? 'an Event can own nothing'
          : `apiVersion must be group/version or version, got ${quote(apiVersion)}`,
      });
    }
    if (booleanField(owner, 'controller') === true && ++controllers === 2) {
      metadata.report.refuse(at(metadata, 'ownerReferences', index, 'controller'), {
        code: 'NATC2114',
        message: 'only one of ownerReferences may be the controller',
        hint: 'set controller to false here',
      });
    }
  });
}

const isAbsent = ({ record }: Fields, key: string): boolean =>
  !Object.hasOwn(record, key) || record[key] === null || record[key] === '';

const orphan = 'orphan';
const foreground = 'foregroundDeletion';
/** Those of Kubernetes itself, which need no domain. */
const standardFinalizers: readonly string[] = ['kubernetes', orphan, foreground];

function checkFinalizers(metadata: Fields): void {
  const names = stringList(metadata, 'finalizers', (text, index) => {
    const name = readName(metadata, ['finalizers', index], text, qualifiedNameRule);
    if (name !== undefined && !name.includes('/') && !standardFinalizers.includes(name)) {
      metadata.report.refuse(at(metadata, 'finalizers', index), {
        code: 'NATC2114',
        message: `finalizer ${quote(name)} must be ${standardFinalizers.join(', ')}, or begin with a domain and "/"`,
        hint: 'write, for example, example.com/keep',
      });
    }
    return name;
  });
  if (!names.includes(orphan) || !names.includes(foreground)) return;
  metadata.report.refuse(at(metadata, 'finalizers'), {
    code: 'NATC2114',
    message: `finalizers ${orphan} and ${foreground} exclude each other`,
    hint: 'remove one of them',
  });
}
