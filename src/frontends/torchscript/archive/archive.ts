import { fail, type Span } from '../../../diagnostics/diagnostic.js';
import { DEFAULT_LIMITS, overLimit, type ReadLimits } from '../limits.js';
import { type ByteReader, bytesReader, openFile } from './byte-reader.js';
import { foreignZip, refuse } from './formats.js';
import { FrameTable } from './frame-table.js';
import type { PickleValue } from './pickle-value.js';
import { type CodeRange, type CodeRanges, SourceRanges } from './source-ranges.js';
import { Storages } from './storages.js';
import { unpickle } from './unpickler.js';
import { corrupt } from './zip-directory.js';
import { ZipReader } from './zip-reader.js';

const CODE = 'code/';
const SOURCE = '.py';
const RANGES = '.debug_pkl';

/** Opens the TorchScript archive at a path. Errors: `file-not-found` and those of `archiveFrom`. */
export function openArchive(path: string): Archive {
  const file = openFile(path);
  try {
    return new Archive(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** An archive that is in memory. `label` names it in messages. */
export function archiveFromBytes(bytes: Uint8Array, label?: string): Archive {
  return new Archive(bytesReader(bytes, label));
}

/**
 * A TorchScript archive: pickled data, source and weights, below a top folder of any name. Nothing but the zip table is
 * read until it is asked for.
 */
export class Archive {
  /** Records without the top folder, in the archive's order. */
  readonly names: readonly string[];
  private readonly zip: ZipReader;
  private readonly folder: string;
  private readonly storages: Storages;
  private readonly sources = new Map<string, string>();
  private readonly ranges = new Map<string, CodeRanges | undefined>();
  private readonly frames = new FrameTable();
  /** Of source files, by qualifier. */
  private readonly records = new Map<string, string>();
  private codeBytes = 0;
  private data: PickleValue | undefined;
  private constantValues: readonly PickleValue[] | undefined;

  /**
   * Errors: `archive-corrupt`, `archive-limit`, `unsupported-format` with the way out for other archives of PyTorch,
   * `not-a-model` for other zip files.
   */
  constructor(
    file: ByteReader,
    readonly limits: ReadLimits = DEFAULT_LIMITS,
  ) {
    this.zip = new ZipReader(file, limits);
    const { names } = this.zip;
    const pickle = names.find((name) => /^[^/]*\/data\.pkl$/.test(name));
    const folder = pickle?.slice(0, -'data.pkl'.length);
    if (folder === undefined || !names.some((name) => name.startsWith(folder + CODE) && name.endsWith(SOURCE))) {
      const format = foreignZip(names);
      if (format !== undefined) refuse(format, file.label);
      fail('not-a-model', `${file.label} is a zip archive without a TorchScript model in it`);
    }
    // Its source may stand in it too, but what a phone runs is the bytecode, which may differ.
    if (names.includes(`${folder}bytecode.pkl`)) refuse('mobile', file.label);
    this.folder = folder;
    this.names = names.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length));
    this.storages = new Storages(this.zip, folder, this.isBigEndian());
  }

  /** The file's path, for messages. */
  get label(): string {
    return this.zip.file.label;
  }

  /** PyTorch's version number of the format and of the operators' meaning. */
  get version(): number {
    const record = ['.data/version', 'version'].find((name) => this.hasEntry(name));
    const text = record === undefined ? '' : this.readText(record).trim();
    if (!/^\d{1,9}$/.test(text)) corrupt(this.zip.file, 'it does not say its version');
    return Number(text);
  }

  hasEntry(name: string): boolean {
    return this.zip.has(this.folder + name);
  }

  /** A whole record, its checksum verified. Errors: `archive-corrupt`, `archive-limit`. */
  readEntry(name: string): Uint8Array {
    return this.zip.read(this.folder + name);
  }

  /** The module and all that it holds (data.pkl). Tensors are views onto the file. */
  get dataPickle(): PickleValue {
    this.data ??= this.unpickle('data');
    return this.data;
  }

  /** `CONSTANTS.c0`, `CONSTANTS.c1`... of the source (constants.pkl). */
  get constants(): readonly PickleValue[] {
    if (this.constantValues === undefined) {
      const value = this.hasEntry('constants.pkl') ? this.unpickle('constants') : undefined;
      if (value !== undefined && value.kind !== 'tuple') corrupt(this.zip.file, 'constants.pkl is no tuple');
      this.constantValues = value?.items ?? [];
    }
    return this.constantValues;
  }

  /** Qualifiers of the source files, `__torch__.torchvision.models.resnet` for code/__torch__/torchvision/models/resnet.py. */
  sourceFiles(): string[] {
    return this.names
      .filter((name) => name.startsWith(CODE) && name.endsWith(SOURCE))
      .map((name) => name.slice(CODE.length, -SOURCE.length).replaceAll('/', '.'));
  }

  hasSource(qualifier: string): boolean {
    return this.hasEntry(this.sourceRecord(qualifier));
  }

  /** The serialized source of a qualifier. Errors: `archive-corrupt` when there is none. */
  readSource(qualifier: string): string {
    let source = this.sources.get(qualifier);
    if (source === undefined) {
      const record = this.sourceRecord(qualifier);
      if (this.hasEntry(record)) this.codeBytes += this.zip.sizeOf(this.folder + record);
      if (this.codeBytes > this.limits.codeBytes) {
        overLimit('codeBytes', this.limits, `the source of ${this.label} takes ${this.codeBytes} bytes or more`);
      }
      source = this.readText(record);
      this.sources.set(qualifier, source);
    }
    return source;
  }

  /**
   * Where the source of a qualifier came from; undefined when the archive does not say. Works after `close`. It throws
   * `archive-corrupt` and `archive-limit` when it is first used.
   */
  debugRanges(qualifier: string): CodeRanges | undefined {
    if (!this.ranges.has(qualifier)) this.ranges.set(qualifier, this.readRanges(qualifier));
    return this.ranges.get(qualifier);
  }

  /** Closes the file: tensors can no longer be read. */
  close(): void {
    this.zip.close();
  }

  private readRanges(qualifier: string): CodeRanges | undefined {
    const record = this.sourceRecord(qualifier) + RANGES;
    if (!this.hasEntry(record)) return undefined;
    const label = `${this.label}:${record}`;
    const source = this.readSource(qualifier);
    const bytes = this.zip.readLater(this.folder + record);
    const { limits, frames } = this;
    return new LazyRanges(() => {
      const value = unpickle(bytes(), { label, nesting: 'unchecked', limits });
      return new SourceRanges(value, source, label, frames);
    });
  }

  private unpickle(place: 'data' | 'constants'): PickleValue {
    const record = `${place}.pkl`;
    return unpickle(this.readEntry(record), {
      label: `${this.label}:${record}`,
      limits: this.limits,
      storage: (request) => this.storages.find(place, request),
    });
  }

  private isBigEndian(): boolean {
    if (!this.hasEntry('byteorder')) return false;
    const order = this.readText('byteorder').trim();
    if (order !== 'little' && order !== 'big') corrupt(this.zip.file, `its byte order is ${JSON.stringify(order)}`);
    return order === 'big';
  }

  private sourceRecord(qualifier: string): string {
    let record = this.records.get(qualifier);
    if (record === undefined) {
      record = `${CODE}${qualifier.replaceAll('.', '/')}${SOURCE}`;
      this.records.set(qualifier, record);
    }
    return record;
  }

  private readText(name: string): string {
    const { buffer, byteOffset, byteLength } = this.readEntry(name);
    return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
  }
}

/** Reads a record of ranges when it is first asked: it takes longer than the code, and few nodes are ever asked. */
class LazyRanges implements CodeRanges {
  private ranges: SourceRanges | undefined;

  constructor(private readonly read: () => SourceRanges) {}

  at(offset: number, def?: CodeRange): readonly Span[] {
    return this.open().at(offset, def);
  }

  near(offset: number, def?: CodeRange): readonly Span[] {
    return this.open().near(offset, def);
  }

  private open(): SourceRanges {
    this.ranges ??= this.read();
    return this.ranges;
  }
}
