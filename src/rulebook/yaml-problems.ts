import {
  type Document,
  isNode,
  isPair,
  isScalar,
  Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** A mistake in the YAML itself, `length` characters at `offset` of the file. */
export interface YamlProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly help?: string;
}

const QUOTE = "put the expression in quotes: '...'";

/** A mistake that the parser found, in the terms of rule files. */
export function parserProblem(e: YAMLError, text: string, document: Document): YamlProblem {
  const [from, to] = e.pos;
  const at = (message: string, help?: string, offset = from, length = Math.max(1, to - from)): YamlProblem => ({
    offset,
    length,
    message,
    help,
  });
  switch (e.code) {
    case 'TAB_AS_INDENT':
      return at('a tab stands where YAML wants spaces', 'indent by spaces');
    case 'DUPLICATE_KEY': {
      const key = /^[^\s:,{}]+/.exec(text.slice(from))?.[0] ?? '';
      return at(`the key \`${key}\` is given twice`, 'remove one of them', from, Math.max(1, key.length));
    }
    case 'BAD_INDENT': {
      const open = lastOpen(text, from);
      return open === undefined
        ? at('the indentation is wrong')
        : at(`\`${text[open]}\` is not closed`, undefined, open, 1);
    }
    case 'MISSING_CHAR':
      if (e.message.includes('quote')) {
        const start = quotedAt(document, from);
        return at('the quote is not closed', undefined, start, 1);
      }
      if (e.message.includes('indicator'))
        return at('the indentation is wrong', 'keys of one entry stand below each other');
      return at(`\`${lineFrom(text, from)}\` is read as something new here`, QUOTE);
    case 'UNEXPECTED_TOKEN': {
      const left = lineFrom(text, from);
      if (/^[\]}]/.test(left)) return at(`\`${left[0]}\` closes nothing`, undefined, from, 1);
      return at(`the value ends before \`${left}\``, QUOTE);
    }
    case 'BLOCK_AS_IMPLICIT_KEY':
      return at(
        `\`${lineFrom(text, from)}\` has a \`: \` in it, which makes a key of what stands before`,
        'put the text in quotes',
      );
    case 'MULTILINE_IMPLICIT_KEY':
      return at('a key must be followed by a colon and a space, on its line');
    case 'BAD_SCALAR_START':
    case 'BAD_ALIAS':
      return at(`a value cannot begin with \`${text[from] ?? ''}\``, 'put it in quotes');
    case 'MULTIPLE_DOCS':
      return at('a file holds one document', 'remove the line `---`', from, 3);
    case 'BAD_DQ_ESCAPE':
      return at(`\`${text.slice(from, from + 2)}\` is no escape`, 'single quotes take a text as it is');
    default:
      return at(e.message);
  }
}

function lineFrom(text: string, from: number): string {
  return /^.{0,40}/.exec(text.slice(from))?.[0] ?? '';
}

/** The last bracket before an offset that nothing closes. */
function lastOpen(text: string, before: number): number | undefined {
  let depth = 0;
  for (let i = before - 1; i >= 0; i--) {
    const c = text[i];
    if (c === '}' || c === ']') depth += 1;
    else if (c === '{' || c === '[') {
      if (depth === 0) return i;
      depth -= 1;
    }
  }
  return undefined;
}

/** Where the quoted scalar begins that ends at an offset, or the offset itself. */
function quotedAt(document: Document, end: number): number {
  let found = end;
  visit(document, {
    Scalar(_, node) {
      const quoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
      if (quoted && node.range && node.range[1] >= end) found = Math.min(found, node.range[0]);
    },
  });
  return found;
}

/** What is YAML and yet surely not meant: expressions that a comma cuts, merge keys, tags, aliases of nothing. */
export function meaningProblems(document: Document, text: string): YamlProblem[] {
  const found: YamlProblem[] = [];
  const anchors = new Set<string>();
  const say = (
    node: { range?: readonly number[] | null } | null,
    message: string,
    help?: string,
    end?: number,
  ): void => {
    const [from = 0, to = from + 1] = node?.range ?? [];
    found.push({ offset: from, length: Math.max(1, (end ?? to) - from), message, help });
  };
  const props = (node: Scalar | YAMLMap | YAMLSeq): void => {
    if (node.anchor !== undefined) anchors.add(node.anchor);
    const { tag, range } = node;
    if (tag === undefined || tag.startsWith('tag:yaml.org') || !range) return;
    const start = text.lastIndexOf(tag, range[0]);
    const help = 'put a text that begins with `!` in quotes';
    found.push({
      offset: start,
      length: tag.length,
      message: `\`${tag}\` is a tag, which rule files do not have`,
      help,
    });
  };
  visit(document, {
    Alias(_, node) {
      if (anchors.has(node.source)) return;
      say(node, `nothing is anchored as \`${node.source}\``, 'put a text that begins with `*` in quotes');
    },
    Scalar(_, node) {
      props(node);
    },
    Pair(_, pair) {
      if (isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === Scalar.PLAIN)
        say(pair.key, 'merge keys are not read', 'write the keys out');
    },
    Map(_, map) {
      props(map);
      if (map.flow !== true) return;
      cutExpressions(map.items.map((p) => ({ head: p.key, tail: p.value })));
    },
    Seq(_, seq) {
      props(seq);
      if (seq.flow !== true) return;
      cutExpressions(
        seq.items.map((item) => (isPair(item) ? { head: item.key, tail: item.value } : { head: item, tail: item })),
      );
    },
  });
  return found;

  /** A plain scalar with a bracket that a later entry of the same collection closes. */
  function cutExpressions(entries: readonly { head: unknown; tail: unknown }[]): void {
    for (let i = 0; i < entries.length; i++) {
      const first = entries[i]?.tail;
      let depth = balance(first);
      if (depth <= 0) continue;
      for (let j = i + 1; j < entries.length && depth > 0; j++) {
        const { head, tail } = entries[j] ?? {};
        depth += balance(head) + (tail === head ? 0 : balance(tail));
        const last = isNode(tail) && tail.range ? tail : head;
        if (depth !== 0 || !isScalar(first) || !isScalar(last)) continue;
        const end = last.range?.[1] ?? 0;
        const whole = text.slice(first.range?.[0] ?? 0, end);
        say(
          first,
          `the comma cuts the expression \`${whole}\``,
          `put it in quotes: '${whole.replaceAll("'", "''")}'`,
          end,
        );
        i = j;
      }
    }
  }
}

/** Brackets that a plain scalar opens, less those that it closes; 0 for what is no plain scalar. */
function balance(node: unknown): number {
  if (!isScalar(node) || node.type !== Scalar.PLAIN || typeof node.value !== 'string') return 0;
  return [...node.value].reduce((n, c) => n + (c === '(' ? 1 : c === ')' ? -1 : 0), 0);
}
