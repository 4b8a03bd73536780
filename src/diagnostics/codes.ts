/**
 * Every diagnostic code of the product: one table, so that a code is stable and says one thing.
 * `title` is the code in words; `help` is the next step when the diagnostic itself has none.
 */
export const CODES = {
  // files and archives
  'file-not-found': { title: 'the file does not exist or cannot be read', help: 'check the path and its permissions' },
  'not-a-model': {
    title: 'the file is neither a TorchScript archive nor graph text',
    help: 'save the model with torch.jit.save(torch.jit.trace(...)) or torch.jit.script',
  },
  'archive-corrupt': { title: 'the archive is damaged', help: 'save the model again with torch.jit.save' },
  'archive-limit': { title: 'the archive exceeds a safety limit', help: 'raise the named limit if you trust the file' },
  'pickle-forbidden': { title: 'the archive asks for something that plain data never needs' },
  'unsupported-format': { title: 'a format that Thaw does not read' },
  'model-consumed': {
    title: 'a loaded model serves one compilation, which rewrites its graph',
    help: 'load it again with loadModel for each check, compile or explain',
  },
  // TorchScript source and graph text
  'syntax-error': { title: 'the text does not parse' },
  'unsupported-syntax': { title: 'a language construct that Thaw does not compile' },
  'unknown-name': { title: 'a name that nothing defines' },
  'unknown-operator': { title: 'an operator that no schema declares' },
  'no-overload': { title: 'no overload of the operator takes these arguments' },
  'type-mismatch': { title: 'a value has another type than its place asks for' },
  'invalid-graph': { title: 'the graph breaks a rule of the IR' },
  // inputs
  'unknown-input': { title: 'the model has no input of this name' },
  'missing-input': { title: 'an input has no declared shape', help: 'declare it with --input NAME=DTYPE[DIM,...]' },
  'input-none': { title: 'optional inputs that are not declared are None' },
  'input-syntax': { title: 'an input declaration does not parse' },
  'input-dtype': { title: 'an input has the wrong dtype' },
  'input-rank': { title: 'an input has the wrong rank' },
  'input-shape': { title: 'an input has a size that its declaration excludes' },
  'dim-syntax': { title: 'a dimension declaration does not parse' },
  'dim-range': { title: 'a dimension range is not min <= opt <= max' },
  'dim-unknown': { title: 'a range names a symbol that no input uses' },
  'const-syntax': { title: 'a constant does not parse' },
  'npy-corrupt': { title: 'the .npy file is damaged or of an unsupported form' },
  usage: { title: 'wrong use of the command', help: 'see thaw --help' },
  // shapes
  'shape-mismatch': { title: 'the shapes do not fit the operator' },
  'missing-key': { title: 'a dict has no such key' },
  'rank-unknown': { title: 'the rank of a tensor is not known at compile time' },
  'needs-constant': { title: 'an argument must be known at compile time' },
  // legality and conversion
  'no-dynamic-form': { title: 'an operator has no dynamic alternative' },
  'unsupported-operator': { title: 'an operator has no ONNX recipe or converter' },
  'unsupported-argument': { title: 'an operator is used in a way that its recipe does not cover' },
  'unsupported-control-flow': { title: 'a branch or loop that ONNX cannot express' },
  'unclear-aliasing': {
    title: 'only the run would tell whether a value was changed in place under another name',
    help: 'copy the tensor with .clone() before it is changed in place, or use the operator without the underscore',
  },
  'rewrite-limit': { title: 'the rules did not reach a fixpoint' },
  'opset-range': { title: 'the opset is outside the supported range' },
  // rules
  'yaml-syntax': { title: 'the YAML does not parse' },
  'yaml-schema': { title: 'the YAML does not follow its JSON Schema' },
  'expr-syntax': { title: 'an expression does not parse' },
  'expr-unknown': { title: 'an expression uses a name that nothing defines' },
  'expr-type': { title: 'an expression asks of a value, or gives a function, what it cannot take' },
  'schema-syntax': { title: 'an operator schema does not parse' },
  'schema-unused': {
    title: 'no rule, recipe or converter is about an operator of a pack',
    help: 'mind its name, or write a rule or a recipe for it',
  },
  'schema-untold': { title: 'the facts of an operator leave some of its results out' },
  'schema-duplicate': { title: 'an operator is declared twice' },
  'rule-duplicate': { title: 'two rules have the same id' },
  'rule-unbound': { title: 'a rule uses a capture that its match does not bind' },
  'rule-unused': { title: 'a rule binds a capture that nothing uses' },
  'rule-unknown-operator': { title: 'a rule names an operator that no schema declares' },
  'rule-unknown-argument': { title: 'a rule names an argument that the operator does not have' },
  'rule-missing-argument': { title: 'a rewrite leaves out an argument that has no default' },
  'rule-limit': { title: 'a pattern has more combinations than are tried' },
  'rule-unknown-fragment': { title: 'a pattern uses a fragment that nothing defines' },
  'rule-recursive': { title: 'fragments or predicates use each other in a circle' },
  'rule-type': { title: 'a rewrite gives an argument or result of another type' },
  'rule-overlap': {
    title: 'two rules of equal benefit match one graph and disagree',
    help: 'give one of them a higher `benefit`, or a `where` that excludes the other',
  },
  'rule-shadowed': {
    title: 'a rule can never fire: another one always comes first',
    help: 'give it a higher `benefit`, or remove it',
  },
  'rule-cycle': {
    title: 'rules feed each other for ever',
    help: 'a rule must not make what it, or the rules that follow it, match again',
  },
  'rule-order': {
    title: 'which rule runs first decides the result',
    help: 'make both ways end alike: let the inner rule leave alone what the outer one matches, or match what it makes too',
  },
  'rule-untested': { title: 'a rule has no case file', help: 'write one that fires and one that must not' },
  'rule-unreached': { title: 'a lowering rule is about an operator that only translation makes' },
  'rule-stub': {
    title: 'a place that thaw rules new has left to its author',
    help: 'fill it in and remove the comment',
  },
  'rule-disabled': {
    title: 'cases of a rule that is switched off',
    help: 'they are not run; they are once it is on again',
  },
  'rule-case': { title: 'a rule case fails or is missing' },
  'pack-not-found': { title: 'a rule pack is neither a folder nor an installed package' },
  'pack-invalid': { title: 'a rule pack that cannot be used' },
  'pack-unknown-rule': { title: 'a rule that is switched off does not exist' },
  'pack-unread': { title: 'a file of a pack stands where no rules are read' },
  'docs-stale': { title: 'a generated page does not say what the rules say', help: 'run thaw rules docs' },
  'recipe-partial': { title: 'a recipe leaves out results of its operator' },
  'recipe-untested': { title: 'no case tells what a recipe gives' },
  'recipe-invalid': { title: 'a recipe does not fit its operator or ONNX' },
  // runtime
  'runtime-error': { title: 'onnxruntime failed' },
  'provider-unavailable': { title: 'an execution provider is not available', help: 'see thaw doctor' },
  'provider-partial': { title: 'a provider did not take every node of the model' },
  'engine-mismatch': {
    title: 'an engine was built for another machine',
    help: 'build it here, from the model that it was built of',
  },
  'setup-failed': { title: 'provider libraries cannot be installed' },
  'profile-missing': { title: 'a profile has no range for a size that varies' },
  'profile-syntax': { title: 'a profile file does not parse' },
  'option-invalid': { title: 'an option of a provider is unknown or has a wrong value' },
  'output-write': { title: 'the output cannot be written', help: 'choose a folder that exists and can be written' },
  internal: { title: 'a defect in Thaw', help: 'please report it with the model or graph that shows it' },
} as const satisfies Record<string, { title: string; help?: string }>;

export type Code = keyof typeof CODES;
