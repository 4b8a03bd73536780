/** `Fatal error: mylib:Op(-1) is not a registered function/op`, the version in brackets. */
const UNREGISTERED = /(?:^|\s)(\S*):(\w[\w.]*)\((-?\d+)\) is not a registered function\/op/;

/** `Could not find an implementation for com.microsoft.Gelu(1) node with name 'x'`. */
const NO_KERNEL = /Could not find an implementation for (\S+?)\(\d+\) node/;

/** What a message of onnxruntime means and what to do, where it does not know an operator of a model. */
export function unregisteredOperator(message: string): { readonly message: string; readonly help: string } | undefined {
  const [, domain = '', op] = UNREGISTERED.exec(message) ?? [];
  if (op === undefined) return withoutKernel(message);
  if (domain === '' || domain === 'ai.onnx' || domain === 'com.microsoft') {
    return {
      message: `this onnxruntime has no operator ${domain === '' ? op : `${domain}::${op}`}`,
      help: 'write the recipe with other operators, or run the model on a newer onnxruntime',
    };
  }
  return {
    message: `onnxruntime does not know ${domain}::${op}: the library of the domain ${domain} is not loaded`,
    help: `run the model where its library can be registered (in Python: SessionOptions.register_custom_ops_library("lib${domain}.so")), or give the operator a recipe of ONNX's own operators`,
  };
}

function withoutKernel(message: string): ReturnType<typeof unregisteredOperator> {
  const [, op] = NO_KERNEL.exec(message) ?? [];
  if (op === undefined) return undefined;
  return {
    message: `onnxruntime has no kernel of ${op} for these dtypes`,
    help: 'cast the inputs in the recipe, to float32 for example: { arg: self, cast: float32 }',
  };
}
