import type { Reporter, TestModule } from 'vitest/node';

const reasonInName = /\(skipped: (.*)\)$/s;

/** Says at the end why tests were skipped; the default reporter only counts them. */
export const skipReasons: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const tests = new Map<string, number>();
    for (const module of modules) {
      for (const suite of module.children.allSuites()) {
        const reason = reasonInName.exec(suite.name)?.[1];
        if (reason === undefined) continue;
        const count = [...suite.children.allTests()].length;
        tests.set(reason, (tests.get(reason) ?? 0) + count);
      }
    }
    for (const [reason, count] of tests) console.log(` ${count} tests skipped: ${reason}`);
  },
};
