import { limitFlag, limitNamed, limitNames, type ReadLimits } from '../compiler-options.js';
import { fail } from '../diagnostics/diagnostic.js';
import type { LoadOptions } from '../index.js';

/** What a command line says about the reading of a model. */
export interface LoadFlags {
  readonly method?: string | undefined;
  readonly module?: string | undefined;
  readonly limit?: readonly string[] | undefined;
}

/** `--method`, `--module` and every `--limit NAME=N`. Errors: `usage` for another form, or a limit that does not exist. */
export function loadOptions({ method, module, limit = [] }: LoadFlags): LoadOptions {
  const limits: { -readonly [K in keyof ReadLimits]?: number } = {};
  for (const text of limit) {
    const [, flag = '', digits = ''] = /^([^=]*)=(\d+)$/.exec(text) ?? [];
    if (digits === '') fail('usage', `--limit ${text} is not NAME=N`, { help: LIMITS_HELP });
    const name = limitNamed(flag);
    if (name === undefined) fail('usage', `there is no limit ${flag}`, { help: LIMITS_HELP });
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) fail('usage', `--limit ${text} is beyond 2^53`);
    limits[name] = value;
  }
  return { method, module, limits };
}

const LIMITS_HELP = `the limits are: ${limitNames().map(limitFlag).join(', ')}`;
