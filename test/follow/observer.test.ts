import { expect, test } from 'vitest';
import { type FollowObserver, observeAll } from '../../src/follow/observer.ts';

test('every observer is told, in order, and one that does not care is passed over', () => {
  const told: string[] = [];
  const named = (name: string): FollowObserver => ({
    stopped: ({ reason }) => told.push(`${name} ${reason}`),
    nodeChanged: ({ taints }) => told.push(`${name} ${taints.join()}`),
  });
  const all = observeAll([named('a'), {}, named('b')]);
  all.nodeChanged({ at: 1, exists: true, isDeleting: false, taints: ['x', 'y'] });
  all.listed({ at: 2, kinds: ['Node'] });
  all.stopped({ at: 3, reason: 'signal' });
  expect(told).toEqual(['a x,y', 'b x,y', 'a signal', 'b signal']);
});
