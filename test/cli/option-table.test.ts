/** A default is written once: help, `natc config` and the reference follow it. */
import type { Option } from 'commander';
import { expect, test, vi } from 'vitest';
import { commandTable } from '../../src/command-options.ts';
import { defaultsOf, type OptionEntry } from '../../src/option-entry.ts';
import { plainValue } from '../../src/option-text.ts';
import { type CompileOptions, optionTable } from '../../src/options.ts';

/** A value that the option may have, and has not by default. */
function otherValue({ value: kind, default: before }: OptionEntry): unknown {
  if (typeof kind !== 'string') return kind.find((word) => word !== before);
  switch (kind) {
    case 'boolean':
      return before !== true;
    case 'integer':
    case 'seconds':
      return Number(before) + 1;
    case 'list':
    case 'paths':
    case 'patterns':
      return ['another'];
    case 'families':
      return ['IPv6'];
    case 'portRange':
      return { first: 1000, last: 2000 };
    case 'text':
    case 'path':
    case 'side':
      return 'another';
  }
}

const changed = <Table extends object>(table: Table): Table =>
  Object.fromEntries(
    Object.entries(table).map(([name, entry]) => [
      name,
      { ...entry, default: otherValue(entry), ofApply: undefined },
    ]),
  ) as Table;

/** All that a person reads of options, made of the tables as they are imported now. */
async function whatIsSaid() {
  const { buildProgram } = await import('../../src/cli/program.ts');
  const { effectiveOptions } = await import('../../src/cli/config/effective-options.ts');
  const { formatSettings, settingsOf } = await import('../../src/cli/config/format-settings.ts');
  const { commandsReference } = await import('../support/reference.ts');
  const settings = settingsOf(effectiveOptions({ flags: {} }), {});
  const { commands } = await buildProgram();
  return {
    options: commands.flatMap((command) => command.options),
    settings: formatSettings(settings, () => undefined).split('\n'),
    reference: (await commandsReference()).replace(/\s+/g, ' '),
  };
}

test('each default in a copy of the table is seen in help, natc config and the reference', async () => {
  const before = await whatIsSaid();
  const options = changed(optionTable);
  const ofCommands = changed(commandTable);
  vi.resetModules();
  vi.doMock('../../src/options.ts', async (original) => ({
    ...(await original<object>()),
    optionTable: options,
    defaultOptions: defaultsOf<CompileOptions>(options),
  }));
  vi.doMock('../../src/command-options.ts', () => ({
    commandTable: ofCommands,
    commandDefaults: defaultsOf(ofCommands),
  }));
  const after = await whatIsSaid();

  const entries = Object.entries<OptionEntry>({ ...options, ...ofCommands });
  expect(entries.length).toBeGreaterThan(35);
  for (const [index, [name, entry]] of entries.entries()) {
    const isThis = (option: Option) =>
      option.attributeName() === name && option.flags === entry.flags;
    const place = entry.flags;
    const said = after.options.find(isThis)?.description ?? '';
    expect(said, place).not.toBe(before.options.find(isThis)?.description);
    expect(after.reference, place).toContain(said.replace(/\s+/g, ' '));
    const shown = String(plainValue(entry.value, entry.default));
    const isSwitch = !entry.flags.includes('<');
    expect(after.settings[index + 1], place).not.toBe(before.settings[index + 1]);
    if (isSwitch) continue;
    expect(after.settings[index + 1], place).toMatch(
      new RegExp(`^${place.match(/--[\w-]+/)![0]} +${shown} +default$`),
    );
    expect(said, place).toMatch(
      new RegExp(`\\(default: ${shown}s?\\)$|\\b${shown}[\\w ]* \\(default\\)`),
    );
  }
});
