import type { SourceObject } from '../diagnostics/source.ts';
import type { Doubts } from './doubts.ts';
import { serviceOfObject } from './kept-objects.ts';

/**
 * Puts what is in doubt back into an input: the endpoints that a Service had, and the Service itself
 * where it is gone. Everything else stays as the input has it, so that it is applied.
 *
 * @param last the objects of the last input, for every Service and the Node in doubt
 */
export function holdBack(
  objects: readonly SourceObject[],
  { node, unexplained, many }: Doubts,
  last: readonly SourceObject[],
): readonly SourceObject[] {
  const held = new Set([...unexplained, ...many].map(({ name }) => name));
  const services = new Set(objects.filter(isService).map(serviceOfObject));
  const isHeld = (object: SourceObject): boolean => {
    const owner = serviceOfObject(object);
    return owner !== undefined && held.has(owner);
  };
  return [
    ...objects.filter((object) => isService(object) || !isHeld(object)),
    ...last.filter((object) => {
      if (object.kind === 'Node') return node !== undefined && nameOf(object) === node;
      return isHeld(object) && !(isService(object) && services.has(serviceOfObject(object)));
    }),
  ];
}

const isService = ({ kind }: SourceObject): boolean => kind === 'Service';

function nameOf({ value }: SourceObject): unknown {
  const { metadata } = value;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata
    ? metadata.name
    : undefined;
}
