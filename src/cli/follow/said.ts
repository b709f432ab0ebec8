import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import {
  isStanding,
  type StandingWarning,
  standingWarning,
  warningLine,
} from '../../diagnostics/standing.ts';
import type { FollowLog } from './log.ts';

/** Which warnings stand, so that each is told once, and told again when it holds no longer. */
export interface SaidWarnings {
  /** All that a full compilation said; nothing of it is told here. */
  readonly begin: (diagnostics: readonly Diagnostic[]) => void;
  /**
   * Tells what is new of what some Services were told, and what is gone.
   *
   * @param services the only ones that were looked at
   * @returns what was told
   */
  readonly hear: (
    services: ReadonlySet<string>,
    diagnostics: readonly Diagnostic[],
  ) => readonly Diagnostic[];
  /** What came and went since this was asked last. */
  readonly takeChanges: () => WarningChanges;
}

export interface WarningChanges {
  readonly came: readonly StandingWarning[];
  /** By their ids. */
  readonly gone: ReadonlySet<string>;
}

/** A warning, and the Services that it is about; none: it is about the node or the configuration. */
interface Known {
  readonly warning: StandingWarning;
  readonly services: ReadonlySet<string>;
}

export function makeSaid(log: FollowLog, now: () => number): SaidWarnings {
  const known = new Map<string, Known>();
  const came = new Map<string, StandingWarning>();
  const gone = new Set<string>();
  const entry = (diagnostic: Diagnostic): readonly [string, Known] => {
    const warning = standingWarning(diagnostic, Math.floor(now() / 1000));
    return [warning.id, { warning, services: servicesOf(diagnostic) }];
  };
  return {
    begin: (diagnostics) => {
      known.clear();
      came.clear();
      gone.clear();
      for (const each of diagnostics.filter(isStanding)) known.set(...entry(each));
    },
    hear: (services, diagnostics) => {
      const standing = new Map(diagnostics.filter(isStanding).map(entry));
      const isNew = (each: Diagnostic): boolean => !isStanding(each) || !known.has(entry(each)[0]);
      const news = diagnostics.filter(isNew);
      for (const [id, each] of known) {
        const isAsked = [...each.services].some((service) => services.has(service));
        if (!isAsked || standing.has(id)) continue;
        known.delete(id);
        if (!came.delete(id)) gone.add(id);
        log.say('info', `no longer: ${warningLine(each.warning)}`);
      }
      for (const [id, each] of standing) {
        if (!known.has(id) && !gone.delete(id)) came.set(id, each.warning);
        known.set(id, each);
      }
      log.diagnostics(news);
      return news;
    },
    takeChanges: () => {
      const changes = { came: [...came.values()], gone: new Set(gone) };
      came.clear();
      gone.clear();
      return changes;
    },
  };
}

/** `namespace/name` of the Services, and of those that the slices belong to. */
function servicesOf({ places, group }: Diagnostic): ReadonlySet<string> {
  const about = group?.subjects.map(({ place }) => place) ?? places;
  return new Set(
    about.flatMap((place) => {
      if (place.kind !== 'field') return [];
      const { kind, value } = place.object;
      const { name, namespace, labels } = mappingOf(value['metadata']);
      const service = kind === 'Service' ? name : mappingOf(labels)['kubernetes.io/service-name'];
      return typeof service === 'string' ? [`${String(namespace ?? 'default')}/${service}`] : [];
    }),
  );
}

const mappingOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
