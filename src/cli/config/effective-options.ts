import type { Place } from '../../diagnostics/place.ts';
import { type CompileOptions, defaultOptions, optionNames } from '../../options.ts';
import type { CompileFlags } from '../shared-options.ts';

export type OptionOrigin = 'default' | 'kubeProxyConfiguration' | 'natcConfiguration' | 'flag';

/** Options as they will be used, and which layer each value comes from. */
export interface EffectiveOptions {
  readonly options: CompileOptions;
  readonly origins: Readonly<Record<keyof CompileOptions, OptionOrigin>>;
  /** Where the values stand that come from files. */
  readonly places: ReadonlyMap<keyof CompileOptions, Place>;
}

/** A file's part of the options. */
interface FileLayer {
  readonly options: Partial<CompileOptions>;
  readonly places: ReadonlyMap<keyof CompileOptions, Place>;
}

/** What speaks of the options; a layer that is absent says nothing. */
export interface OptionLayers {
  /** Of the command, where they differ from those of the rest. */
  readonly defaults?: Partial<CompileOptions>;
  readonly kubeProxy?: FileLayer | undefined;
  readonly natc?: FileLayer | undefined;
  readonly flags: Partial<CompileOptions>;
}

/** Lays the layers over one another: kube-proxy's file over the defaults, natc.yaml over it, flags over all. */
export function effectiveOptions({
  defaults = {},
  kubeProxy,
  natc,
  flags,
}: OptionLayers): EffectiveOptions {
  const fileOf = (name: keyof CompileOptions): FileLayer | undefined =>
    [natc, kubeProxy].find((file) => file !== undefined && name in file.options);
  const originOf = (name: keyof CompileOptions): OptionOrigin => {
    if (name in flags) return 'flag';
    const file = fileOf(name);
    if (file === undefined) return 'default';
    return file === natc ? 'natcConfiguration' : 'kubeProxyConfiguration';
  };
  const places = optionNames.flatMap((name) => {
    const place = name in flags ? undefined : fileOf(name)?.places.get(name);
    return place === undefined ? [] : [[name, place] as const];
  });
  return {
    options: { ...defaultOptions, ...defaults, ...kubeProxy?.options, ...natc?.options, ...flags },
    origins: Object.fromEntries(optionNames.map((name) => [name, originOf(name)])) as Record<
      keyof CompileOptions,
      OptionOrigin
    >,
    places: new Map(places),
  };
}

/** The options that flags set; one that was not given is absent. */
export const optionsFromFlags = (flags: CompileFlags): Partial<CompileOptions> =>
  Object.fromEntries(
    optionNames.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
  );
