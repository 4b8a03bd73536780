import type { Terminal } from '../terminal.js';

/** One command of `thaw rules`. */
export interface RulesCommand {
  /** One line of `thaw rules --help`. */
  readonly summary: string;
  /** What `thaw rules COMMAND --help` prints. */
  readonly usage: string;
  /** Loads the command's code and runs it with the arguments behind its name. Returns the exit code. */
  run(argv: readonly string[], terminal: Terminal): Promise<number>;
}

const RULES_OPTION = `  --rules PACK                   a rule pack over the shipped rules, a folder or an npm package; may be repeated
  --config FILE                  the project's configuration; thaw.config.yaml, here or above, by default
  --no-config                    without the project's configuration`;
const JSON_OPTION = `  --json                         results and problems on standard output, as JSON`;

/** The commands in the order in which the help tells them. */
export const RULES_COMMANDS: ReadonlyMap<string, RulesCommand> = new Map<string, RulesCommand>([
  [
    'list',
    {
      summary: 'the rules by phase and family',
      usage: `thaw rules list [TEXT...] [options]

Lists the rules, those of packs and those that packs switch off or replace included. TEXT: a part of an id, an operator
or the why; a rule is listed when all are found.

  --op OPERATOR                  rules that match it or give it; aten::view is all of its overloads
  --family NAME                  rules of one file, e.g. view
${RULES_OPTION}
${JSON_OPTION}`,
      run: async (argv, terminal) => (await import('./list.js')).listCommand(argv, terminal),
    },
  ],
  [
    'show',
    {
      summary: 'one rule: its YAML, why, operators, cases and rivals',
      usage: `thaw rules show ID [options]

Shows a rule as it is written and where, why it is right, the schemas of its operators, its case file, and the rules that
are tried at the same operators, in order.

${RULES_OPTION}
${JSON_OPTION}`,
      run: async (argv, terminal) => (await import('./show.js')).showCommand(argv, terminal),
    },
  ],
  [
    'explain',
    {
      summary: 'why the nodes of a model are what they are, and why a rule did not fire',
      usage: `thaw rules explain MODEL [SELECTORS] [options]

Compiles a model and tells for its nodes the rules that led to them from the user's lines, or where a rule fired and why
not where it could have. Also where the model does not compile. An ONNX file that Thaw wrote is explained from its
metadata. Without selectors: figures for each line and rule.

  --node NAME                    a value of the ONNX model or of the graph, or an ONNX node
  --op OPERATOR                  one of the model, on the way, or of ONNX; aten::view is all of its overloads
  --line FILE:LINE               of the Python source; the end of the path is enough
  --rule ID                      this rule, at the nodes that the other selectors leave
  --input, --const, --dim, --opset   as thaw compile takes them
${RULES_OPTION}
${JSON_OPTION}`,
      run: async (argv, terminal) => (await import('./explain.js')).explainCommand(argv, terminal),
    },
  ],
  [
    'lint',
    {
      summary: 'checks packs: all that is wrong, each at its place',
      usage: `thaw rules lint [PACK...] [options]

Checks rule packs as loading does, and tells rules without cases and places that are not filled in. Without packs it
checks the shipped rules.

  --max-warnings N               fails where there are more; any number may stay by default
${RULES_OPTION}
${JSON_OPTION}`,
      run: async (argv, terminal) => (await import('./lint.js')).lintCommand(argv, terminal),
    },
  ],
  [
    'test',
    {
      summary: 'runs the cases of packs, as graphs and by numbers',
      usage: `thaw rules test [FILTER...] [options]

Runs the cases of packs, without packs those of the shipped rules. A case that fires is proven by numbers too: before and
after are run at several sizes of every symbol and must agree. FILTER: a part of a rule's id, an operator or a case's name.

  --watch                        runs again when a file of the rules or cases changes
  --update                       writes what the rule gives as the after of cases that want another graph
  --no-numbers                   compares graphs only
  --seed N                       decides the sizes and numbers; 0 by default
${RULES_OPTION}
${JSON_OPTION}`,
      run: async (argv, terminal) => (await import('./test.js')).testCommand(argv, terminal),
    },
  ],
  [
    'new',
    {
      summary: 'starts a rule: its schema, rule, recipe and cases',
      usage: `thaw rules new ID --op OPERATOR [options]
       thaw rules new ID [options]

Writes new files into a pack: the schema of the operator's dynamic form, the rule that gives it, its recipe and a case
file. They load at once; what is to be filled in is marked. No file is replaced. Without --op, ID is a rule that is there:
one of the pack gets a case file, another is copied with its cases to be replaced.

  --op OPERATOR                  mylib::shift, or a known operator with its overload
  --pack DIR                     the pack; the project's own by default. Made where it does not exist
  --schema SIGNATURE             of an operator that nothing declares: 'mylib::shift(Tensor self, int by) -> Tensor'
  --arg NAME                     an argument that becomes a tensor; all that may be sizes by default. May be repeated
  --lowering                     a rule that holds in any mode, instead of a dynamic form
${RULES_OPTION}
${JSON_OPTION}`,
      run: async (argv, terminal) => (await import('./new.js')).newCommand(argv, terminal),
    },
  ],
  [
    'docs',
    {
      summary: 'pages of operators and rules, written from the YAML',
      usage: `thaw rules docs [options]

Writes operators.md, the support table of operators, and rules/<phase>/<id>.md, a page for each rule with its cases. With
packs their own pages go to docs/ inside each.

  -o, --out DIR                  the folder; docs by default
  --check                        writes nothing; fails where pages do not say what the YAML says
${RULES_OPTION}
${JSON_OPTION}`,
      run: async (argv, terminal) => (await import('./docs.js')).docsCommand(argv, terminal),
    },
  ],
  [
    'schema',
    {
      summary: 'JSON Schemas for editors, with the names of your packs',
      usage: `thaw rules schema [options]

Writes a JSON Schema for each kind of file. An editor with yaml-language-server checks files by them and completes the
names of operators, of the arguments of the operator at hand, of ONNX's operators and attributes, and of rules.

  -o, --out DIR                  the folder; .thaw by default
${RULES_OPTION}
${JSON_OPTION}`,
      run: async (argv, terminal) => (await import('./schema.js')).schemaCommand(argv, terminal),
    },
  ],
]);

/** The text of `thaw rules --help`, or of one command's. */
export function rulesHelp(name?: string): string {
  const command = name === undefined ? undefined : RULES_COMMANDS.get(name);
  if (command !== undefined) return `usage: ${command.usage}`;
  const width = Math.max(...[...RULES_COMMANDS.keys()].map((word) => word.length));
  const rows = [...RULES_COMMANDS].map(([word, { summary }]) => `  thaw rules ${word.padEnd(width)}   ${summary}`);
  return `thaw rules: what Thaw knows about operators, to read, check, test and extend (docs/rules.md)

${rows.join('\n')}

thaw rules COMMAND --help tells a command's options.
Exit code 0: done. 1: problems are found. 2: wrong usage.`;
}
