import { type ForeignFunction, type ForeignSignature, koffiSignature } from './foreign-call.js';
import { type Koffi, loadKoffi } from './ort-c-api.js';

type Signatures = Readonly<Record<string, ForeignSignature>>;

/** The functions of a library by their exported names. */
export type ForeignLibrary<S extends Signatures> = { readonly [Name in keyof S]: ForeignFunction<S[Name]> };

/** Opens the first of several files that loads and has all functions; undefined when none does. */
export async function openLibrary<S extends Signatures>(
  files: readonly string[],
  signatures: S,
): Promise<{ readonly file: string; readonly call: ForeignLibrary<S> } | undefined> {
  const koffi = await loadKoffi();
  for (const file of files) {
    try {
      return { file, call: bindAll(koffi, file, signatures) };
    } catch {
      // The next name may be the one that this machine has.
    }
  }
  return undefined;
}

function bindAll<S extends Signatures>(koffi: Koffi, file: string, signatures: S): ForeignLibrary<S> {
  const library = koffi.load(file);
  const functions: unknown[][] = Object.entries(signatures).map(([name, signature]) => {
    const { result, parameters } = koffiSignature(signature);
    return [name, library.func(name, result, parameters)];
  });
  return Object.fromEntries(functions);
}
