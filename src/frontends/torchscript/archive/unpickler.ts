import { fail } from '../../../diagnostics/diagnostic.js';
import type { DType } from '../../../ir/dtype.js';
import type { ByteSource } from '../../../ir/tensor-data.js';
import { DEFAULT_LIMITS, overLimit, type ReadLimits } from '../limits.js';
import { resolveGlobal } from './pickle-globals.js';
import { DictBuilder, type Item, isData, ListBuilder, ObjectBuilder } from './pickle-items.js';
import { checkNesting } from './pickle-nesting.js';
import { OP } from './pickle-opcodes.js';
import { PickleStream } from './pickle-stream.js';
import type { PickleValue } from './pickle-value.js';
import { STORAGE_DTYPES } from './storage-types.js';

/** A storage that a pickle refers to: its bytes stand in another record. */
export interface StorageRequest {
  readonly key: string;
  readonly dtype: DType;
  /** In elements. */
  readonly count: number;
}

export interface UnpickleOptions {
  /** The file and record, for messages. */
  readonly label: string;
  /** Finds the bytes of a storage; without it a pickle with tensors is refused. */
  readonly storage?: (request: StorageRequest) => ByteSource;
  /** A reader that looks at fixed depths only needs no check of depth and cycles. */
  readonly nesting?: 'unchecked';
  readonly limits?: ReadLimits;
}

const MIN_PROTOCOL = 2;
const MAX_PROTOCOL = 4;

/** 64 bits, and the sign of one without. */
const MAX_INTEGER_BYTES = 9;

/**
 * Reads a pickle as data: nothing is imported or run, and names outside a fixed table are refused. `bytes` may go on
 * after the pickle's end. Errors: `archive-corrupt`, `archive-limit`, `pickle-forbidden`, `unsupported-format`.
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): PickleValue {
  const value = new Machine(new PickleStream(bytes, options.label), options).run();
  if (options.nesting !== 'unchecked') checkNesting(value, options.label, options.limits ?? DEFAULT_LIMITS);
  return value;
}

/** Values without parts are shared: pickles hold thousands of each. */
const NONE: PickleValue = { kind: 'none' };
const TRUE: PickleValue = { kind: 'bool', value: true };
const FALSE: PickleValue = { kind: 'bool', value: false };
const SMALL_INTS: readonly PickleValue[] = Array.from({ length: 256 }, (_, value) => ({ kind: 'int', value }));

class Machine {
  private readonly stack: Item[] = [];
  private readonly marks: number[] = [];
  private readonly memo: Item[] = [];
  private memoized = 0;
  private readonly limits: ReadLimits;
  private readonly bad = (why: string): never => this.stream.malformed(why);

  constructor(
    private readonly stream: PickleStream,
    private readonly options: UnpickleOptions,
  ) {
    this.limits = options.limits ?? DEFAULT_LIMITS;
  }

  run(): PickleValue {
    const { stream } = this;
    if (stream.uint8() !== OP.proto) stream.malformed('it is no pickle');
    const protocol = stream.uint8();
    if (protocol < MIN_PROTOCOL || protocol > MAX_PROTOCOL) stream.malformed(`pickle protocol ${protocol} is unknown`);
    for (let op = stream.uint8(); op !== OP.stop; op = stream.uint8()) this.step(op);
    const value = this.popData();
    if (this.stack.length > 0) stream.malformed('the pickle leaves values behind');
    return value;
  }

  private step(op: number): void {
    const made = this.scalar(op) ?? this.container(op);
    if (made !== undefined) this.push(made);
    else if (!this.amend(op) && !this.share(op)) {
      fail('pickle-forbidden', `${this.options.label} uses the pickle opcode 0x${op.toString(16)}`, {
        help: 'TorchScript never writes it; save the model again with torch.jit.save',
      });
    }
  }

  private scalar(op: number): Item | undefined {
    const { stream } = this;
    switch (op) {
      case OP.none:
        return NONE;
      case OP.newTrue:
      case OP.newFalse:
        return op === OP.newTrue ? TRUE : FALSE;
      case OP.int1:
        return SMALL_INTS[stream.uint8()];
      case OP.int2:
        return { kind: 'int', value: stream.uint16() };
      case OP.int4:
        return { kind: 'int', value: stream.int32() };
      case OP.long1:
        return this.integer(stream.uint8());
      case OP.long4:
        return this.integer(stream.uint32());
      case OP.float:
        return { kind: 'float', value: stream.float64() };
      case OP.text1:
        return { kind: 'str', value: stream.text(stream.uint8()) };
      case OP.text4:
        return { kind: 'str', value: stream.text(stream.uint32()) };
      case OP.text8:
        return { kind: 'str', value: stream.text(stream.uint64()) };
      default:
        return undefined;
    }
  }

  /** Values made of other values. */
  private container(op: number): Item | undefined {
    const { stream } = this;
    switch (op) {
      case OP.emptyTuple:
        return tupleItem([]);
      case OP.tuple:
        return tupleItem(this.popToMark());
      case OP.tuple1:
        return tupleItem(this.popMany(1));
      case OP.tuple2:
        return tupleItem(this.popMany(2));
      case OP.tuple3:
        return tupleItem(this.popMany(3));
      case OP.emptyList:
        return new ListBuilder();
      case OP.list:
        return this.extend(new ListBuilder(), this.popToMark());
      case OP.emptyDict:
        return new DictBuilder();
      case OP.dict:
        return this.fill(new DictBuilder(), this.popToMark());
      case OP.global: {
        const module = stream.line();
        return this.global(`${module}.${stream.line()}`);
      }
      case OP.stackGlobal: {
        const name = this.popText();
        return this.global(`${this.popText()}.${name}`);
      }
      case OP.reduce:
        return this.reduce();
      case OP.newObject:
        return this.newObject();
      case OP.persistentId:
        return this.persistentId();
      default:
        return undefined;
    }
  }

  /** Changes of the value on top. False for other opcodes. */
  private amend(op: number): boolean {
    switch (op) {
      case OP.append: {
        const item = this.pop();
        this.extend(this.top(), [item]);
        return true;
      }
      case OP.appends: {
        const items = this.popToMark();
        this.extend(this.top(), items);
        return true;
      }
      case OP.setItem: {
        const items = this.popMany(2);
        this.fill(this.top(), items);
        return true;
      }
      case OP.setItems: {
        const items = this.popToMark();
        this.fill(this.top(), items);
        return true;
      }
      case OP.build:
        this.build();
        return true;
      default:
        return false;
    }
  }

  /** Marks, and values that stand in several places. False for other opcodes. */
  private share(op: number): boolean {
    const { stream } = this;
    switch (op) {
      case OP.mark:
        this.marks.push(this.stack.length);
        return true;
      case OP.pop:
        this.pop();
        return true;
      case OP.popMark:
        this.popToMark();
        return true;
      case OP.dup:
        this.push(this.top());
        return true;
      case OP.get1:
        this.push(this.recall(stream.uint8()));
        return true;
      case OP.get4:
        this.push(this.recall(stream.uint32()));
        return true;
      case OP.put1:
        this.remember(stream.uint8());
        return true;
      case OP.put4:
        this.remember(stream.uint32());
        return true;
      case OP.memoize:
        this.remember(this.memoized);
        return true;
      case OP.proto:
        stream.uint8();
        return true;
      case OP.frame:
        stream.uint64();
        return true;
      default:
        return false;
    }
  }

  private global(name: string): Item {
    return { kind: 'global', global: resolveGlobal(name, this.options.label) };
  }

  private integer(length: number): Item {
    if (length > MAX_INTEGER_BYTES) this.stream.malformed(`an integer takes ${length} bytes`);
    return { kind: 'int', value: this.stream.integer(length) };
  }

  private extend(list: Item, items: readonly Item[]): ListBuilder {
    if (!(list instanceof ListBuilder)) this.stream.malformed('items are added to something that is no list');
    for (const item of items) list.items.push(this.data(item));
    return list;
  }

  private fill(dict: Item, items: readonly Item[]): DictBuilder {
    if (!(dict instanceof DictBuilder)) this.stream.malformed('entries are added to something that is no dict');
    for (let i = 0; i < items.length; i += 2) dict.set(this.data(items[i]), this.data(items[i + 1]));
    return dict;
  }

  /** Calls a function of the table; an archive's class called with one value is an enum's member. */
  private reduce(): Item {
    const args = this.pop();
    const callee = this.pop();
    if (callee.kind !== 'global') this.stream.malformed('something is called that is no name');
    const { global } = callee;
    switch (global.kind) {
      case 'call':
        if (args.kind !== 'tuple' && args.kind !== 'arguments') this.stream.malformed('a call has no arguments');
        return global.call(args.items, this.bad, this.limits);
      case 'class': {
        const [only] = args.kind === 'tuple' && args.items.length === 1 ? args.items : [args];
        return { kind: 'enum', className: global.name, value: this.data(only) };
      }
      case 'storage-type':
      case 'qscheme':
        return this.stream.malformed('a storage type or quantization scheme is called');
    }
  }

  private newObject(): Item {
    const args = this.pop();
    const made = this.pop();
    if (made.kind !== 'global' || made.global.kind !== 'class' || args.kind !== 'tuple' || args.items.length > 0) {
      this.stream.malformed('an object is made from something that is no class of the archive');
    }
    return new ObjectBuilder(made.global.name);
  }

  private build(): void {
    const state = this.popData();
    const object = this.top();
    if (!(object instanceof ObjectBuilder)) this.stream.malformed('a state is given to something that is no object');
    object.state = state;
  }

  /** `('storage', type, key, location, count)`. The location is a device, which plays no part here. */
  private persistentId(): Item {
    const id = this.pop();
    const [tag, type, key, , count] = id.kind === 'arguments' ? id.items : [];
    const dtype =
      type?.kind === 'global' && type.global.kind === 'storage-type' ? STORAGE_DTYPES.get(type.global.name) : undefined;
    if (tag?.kind !== 'str' || tag.value !== 'storage' || key?.kind !== 'str' || dtype === undefined) {
      this.stream.malformed('a persistent id is no storage');
    }
    if (count?.kind !== 'int' || typeof count.value !== 'number' || count.value < 0) {
      this.stream.malformed('a storage has no size');
    }
    const { storage } = this.options;
    if (storage === undefined) this.stream.malformed('it holds tensors, which do not belong here');
    const source = storage({ key: key.value, dtype, count: count.value });
    return { kind: 'storage', dtype, count: count.value, source };
  }

  private remember(index: number): void {
    const { limits } = this;
    if (index >= limits.sharedValues)
      overLimit('sharedValues', limits, `${this.options.label} numbers a value ${index}`);
    this.memoized++;
    this.memo[index] = this.top();
  }

  private recall(index: number): Item {
    return this.memo[index] ?? this.stream.malformed(`the shared value ${index} was never stored`);
  }

  private push(item: Item): void {
    this.stack.push(item);
  }

  private top(): Item {
    return this.stack[this.stack.length - 1] ?? this.stream.malformed('a value is missing');
  }

  private pop(): Item {
    if (this.stack.length === this.marks[this.marks.length - 1]) this.stream.malformed('a value is missing');
    return this.stack.pop() ?? this.stream.malformed('a value is missing');
  }

  private popMany(count: number): Item[] {
    const start = this.stack.length - count;
    if (start < (this.marks[this.marks.length - 1] ?? 0)) this.stream.malformed('a value is missing');
    return this.stack.splice(start);
  }

  private popToMark(): Item[] {
    const start = this.marks.pop() ?? this.stream.malformed('a mark is missing');
    return this.stack.splice(start);
  }

  private popData(): PickleValue {
    return this.data(this.pop());
  }

  private popText(): string {
    const item = this.pop();
    return item.kind === 'str' ? item.value : this.stream.malformed('a name is no string');
  }

  private data(item: Item | undefined): PickleValue {
    if (item === undefined) this.stream.malformed('a value is missing');
    return isData(item) ? item : this.stream.malformed('a name or storage stands where data belong');
  }
}

function tupleItem(items: Item[]): Item {
  return allData(items) ? { kind: 'tuple', items } : { kind: 'arguments', items };
}

/** A loop, for most of what a pickle holds are tuples. */
function allData(items: readonly Item[]): items is PickleValue[] {
  for (const item of items) if (!isData(item)) return false;
  return true;
}
