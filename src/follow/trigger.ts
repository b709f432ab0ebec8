import type { FollowedKind, ReceivedEvent } from './observer.ts';

const annotation = /"endpoints\.kubernetes\.io\/last-change-trigger-time":"([^"\\]+)"/;
const addressType = /"addressType":"(IPv[46])"/;

/**
 * Reads when the pod or Service changed that an EndpointSlice was written for: the annotation by which
 * kube-proxy measures how long the network takes to be programmed. The time is by the control plane's clock.
 *
 * @param text the object as the API server sends it, in JSON
 * @returns undefined for anything else than an EndpointSlice, and for one without the annotation
 */
export function triggerOf(kind: FollowedKind, text: string): ReceivedEvent['trigger'] {
  if (kind !== 'EndpointSlice') return undefined;
  const at = Date.parse(annotation.exec(text)?.[1] ?? '');
  const family = addressType.exec(text)?.[1];
  return Number.isNaN(at) || (family !== 'IPv4' && family !== 'IPv6') ? undefined : { at, family };
}
