import { fail } from '../../../diagnostics/diagnostic.js';

/** Formats that people hand over instead of TorchScript: how to know them, and the way out. */
interface Format {
  readonly title: string;
  readonly help: string;
}

const SAVE = 'torch.jit.save(torch.jit.trace(model, example_inputs), "model.pt")';

const FORMATS = {
  checkpoint: {
    title: 'a checkpoint that torch.save wrote: it holds weights, not the program',
    help: `build the model in Python, load the weights, then ${SAVE}`,
  },
  legacy: {
    title: 'a pickle (torch.save before PyTorch 1.6, or another pickled object), not a TorchScript archive',
    help: `build the model in Python, load the weights, then ${SAVE}`,
  },
  tar: {
    title: 'a tar archive (torch.save before PyTorch 0.2, or another file), not a TorchScript archive',
    help: `build the model in Python, load the weights, then ${SAVE}`,
  },
  exported: {
    title: 'a program of torch.export (.pt2), not a TorchScript archive',
    help: `go back to the model in Python, then ${SAVE}`,
  },
  package: {
    title: 'a torch.package archive, not a TorchScript archive',
    help: `load the model with torch.package.PackageImporter, then ${SAVE}`,
  },
  mobile: {
    title: 'a model for the mobile interpreter, which runs bytecode',
    help: 'save the scripted or traced module with torch.jit.save instead of _save_for_lite_interpreter',
  },
  onnx: { title: 'an ONNX model already', help: 'run it with thaw run model.onnx' },
  safetensors: {
    title: 'a safetensors file: it holds weights, not the program',
    help: `build the model in Python, load the weights, then ${SAVE}`,
  },
  hdf5: { title: 'an HDF5 file', help: `save the PyTorch model with ${SAVE}` },
  tflite: { title: 'a TensorFlow Lite model', help: `save the PyTorch model with ${SAVE}` },
} as const satisfies Record<string, Format>;

export type ForeignFormat = keyof typeof FORMATS;

/** Errors: `unsupported-format`, with how such a file becomes one that is read. `label` names the file. */
export function refuse(format: ForeignFormat, label: string): never {
  fail('unsupported-format', `${label} is ${FORMATS[format].title}`, { help: FORMATS[format].help });
}

/** The format of a zip archive's records that are no TorchScript; undefined when nothing is known of it. */
export function foreignZip(names: readonly string[]): ForeignFormat | undefined {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/(^|\/)(archive_format|serialized_exported_program\.json|models\/[^/]+\.json)$/)) return 'exported';
  if (has(/^[^/]+\/\.data\/(extern_modules|python_version)$/)) return 'package';
  if (has(/^[^/]+\/bytecode\.pkl$/)) return 'mobile';
  if (has(/^[^/]+\/data\.pkl$/)) return 'checkpoint';
  return undefined;
}
