import { type DType, dtypeBytes, isComplex } from '../../../ir/dtype.js';
import type { ByteSource } from '../../../ir/tensor-data.js';
import type { StorageRequest } from './unpickler.js';
import { corrupt } from './zip-directory.js';
import type { ZipReader } from './zip-reader.js';

/** The storages of an archive: one identity for each record, so that tied weights are seen to be tied. */
export class Storages {
  private readonly sources = new Map<string, Map<DType, ByteSource>>();

  constructor(
    private readonly zip: ZipReader,
    /** Above the records, with its slash. */
    private readonly folder: string,
    private readonly bigEndian: boolean,
  ) {}

  /**
   * The storage `key` of the pickle whose tensors lie in `place` (`data`, `constants`). Keys may also name their
   * folder themselves. Errors: `archive-corrupt` when the record is missing or too short.
   */
  find(place: string, { key, dtype, count }: StorageRequest): ByteSource {
    const inPlace = `${this.folder}${place}/${key}`;
    const record = this.zip.has(inPlace) ? inPlace : `${this.folder}${key}`;
    if (!this.zip.has(record)) {
      // PyTorch writes no record for some empty storages.
      if (count === 0) return EMPTY;
      corrupt(this.zip.file, `the entry ${inPlace} is missing`);
    }
    const byteLength = count * dtypeBytes(dtype);
    if (this.zip.sizeOf(record) < byteLength) {
      corrupt(this.zip.file, `the entry ${record} is shorter than the tensor that it holds`);
    }
    let views = this.sources.get(record);
    if (views === undefined) {
      views = new Map();
      this.sources.set(record, views);
    }
    let source = views.get(dtype);
    if (source === undefined) {
      source = this.open(record, dtype, views);
      views.set(dtype, source);
    }
    return source;
  }

  private open(record: string, dtype: DType, identity: object): ByteSource {
    const { zip } = this;
    const width = isComplex(dtype) ? dtypeBytes(dtype) / 2 : dtypeBytes(dtype);
    const swapped = this.bigEndian && width > 1;
    return {
      identity,
      byteLength: zip.sizeOf(record),
      read: (offset, length) => {
        const bytes = zip.readRange(record, offset, length);
        return swapped ? swap(bytes, width) : bytes;
      },
    };
  }
}

const EMPTY: ByteSource = {
  identity: {},
  byteLength: 0,
  read: () => new Uint8Array(0),
};

/** A copy with the bytes of each number reversed. */
function swap(bytes: Uint8Array, width: number): Uint8Array {
  const out = Buffer.from(bytes);
  if (width === 2) return out.swap16();
  if (width === 4) return out.swap32();
  return out.swap64();
}
