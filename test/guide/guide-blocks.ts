/** A step of the guide, in its order: a file that it shows, or commands with what they print. */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string; readonly continued: boolean }
  | { readonly kind: 'commands'; readonly commands: readonly Command[] };

export interface Command {
  readonly line: string;
  readonly words: readonly string[];
  readonly output: string;
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;
/** `# mypack/schemas/shift.yaml`, also with `//`; `(continued)` adds to the file of an earlier block. */
const FILE_LINE = /^(?:#|\/\/) ([\w./-]+\.\w+)( \(continued\))?$/;

/** The fenced blocks that name a file in their first line, and those of the language `console`. */
export function stepsOf(markdown: string): Step[] {
  return [...markdown.matchAll(FENCE)].flatMap(([, language = '', body = '']): Step[] => {
    if (language === 'console') return [{ kind: 'commands', commands: commandsOf(body) }];
    const [first = ''] = body.split('\n');
    const named = FILE_LINE.exec(first);
    if (named?.[1] === undefined) return [];
    return [{ kind: 'file', path: named[1], text: body, continued: named[2] !== undefined }];
  });
}

/** `$ thaw check ...`, each followed by what it prints; a command goes on in the next line after a backslash. */
function commandsOf(body: string): Command[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [whole = '', line = ''] = /^((?:.*\\\n)*.*)\n?/.exec(text) ?? [];
      return { line, words: wordsOf(line), output: text.slice(whole.length).trimEnd() };
    });
}

/** Splits a command as a shell does that knows single quotes and lines that go on. */
function wordsOf(line: string): string[] {
  const words = line.replaceAll('\\\n', ' ').matchAll(/(?:'[^']*'|[^\s'])+/g);
  return [...words].map(([word]) => word.replaceAll("'", ''));
}

/** What stands under a heading, up to the next one of its level or above. */
export function sectionOf(markdown: string, heading: string): string {
  const lines = markdown.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`the guide has no section "${heading}"`);
  const level = heading.indexOf(' ');
  const end = lines.findIndex((l, i) => i > start && /^#+ /.test(l) && l.indexOf(' ') <= level);
  return lines.slice(start + 1, end < 0 ? lines.length : end).join('\n');
}
