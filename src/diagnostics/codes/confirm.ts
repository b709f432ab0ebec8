import type { CodeEntry } from './entry.ts';

/** NATC5xxx about changes that are to be confirmed (apply --confirm-timeout). */
export const confirmCodes = {
  NATC5106: {
    title: 'a change that nobody confirmed was undone late',
    explanation:
      'An apply with --confirm-timeout starts a process that rolls back when the time is up. That process was gone (killed, out of memory, or the machine was started anew), and the change was still there. This apply undid it before anything else, as the process would have done, and then went on.',
    remedy:
      'Look why the process ended: a systemd scope or container that ends kills all that is in it. The same ruleset is not applied again by itself (NATC5107).',
  },
  NATC5107: {
    title: 'a ruleset that nobody confirmed is not applied again',
    explanation:
      'This very ruleset was applied with --confirm-timeout, nobody confirmed it, and it was rolled back. A cron job or timer would put it back within a minute, and again cut off whoever could not confirm it. Nothing was changed. Another ruleset is applied as usual; after that, this one may come again.',
    remedy:
      'Put the input right. Where it is as it should be: natc apply --confirm-timeout 1m, and then natc confirm.',
  },
  NATC5108: {
    title: 'what was to be confirmed cannot be told',
    explanation:
      'The file confirm.json in the state directory is there, so a change waited to be confirmed, but which one, and what was there before, cannot be read from it: it is damaged, of another version, or not a file of ours. The change stays. Where only its times make no sense, it counts as not confirmed and is rolled back.',
    remedy:
      'Look with natc status what is in force. natc rollback goes back to the revision before; natc apply removes the file and applies its input.',
  },
  NATC5109: {
    title: 'a change that nobody confirmed cannot be undone',
    explanation:
      'The time to confirm the last change is over, and the file of the revision before it is missing or damaged, so there is nothing to go back to. Apply goes on with its input, unless that is the same ruleset (NATC5107).',
    remedy:
      'Apply the manifests of before, or confirm this ruleset: natc apply --confirm-timeout 1m, natc confirm.',
  },
  NATC5115: {
    title: 'a change that nobody confirmed is still there',
    explanation:
      'The time to confirm the last change is over, and it was not rolled back: the process that should have done so is gone, or could not.',
    remedy: 'Run natc rollback, or natc apply, which rolls back before anything else.',
  },
  NATC5116: {
    title: 'confirmed too late',
    explanation:
      'natc confirm came after the time that apply --confirm-timeout gave. What should have rolled the change back by then had not done so; natc confirm did it instead. The change is not in force.',
    remedy: 'Apply it again, with more time, and confirm it sooner.',
  },
} as const satisfies Record<string, CodeEntry>;
