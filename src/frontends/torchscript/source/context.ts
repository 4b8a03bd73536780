import type { Graph } from '../../../ir/graph.js';
import type { OperatorRegistry } from '../../../schema/registry.js';
import type { Signature } from '../../../schema/signature.js';
import type { ReadLimits } from '../limits.js';
import { Attributes } from './attributes.js';
import { Branches } from './branches.js';
import { Calls } from './calls.js';
import { CodeLibrary } from './code-library.js';
import type { CodeArchive } from './code-unit.js';
import { Emitter } from './emitter.js';
import { Expressions } from './expressions.js';
import { Loops } from './loops.js';
import { Objects } from './objects.js';
import { Operators } from './operators.js';
import { Problems } from './problems.js';
import { State } from './state.js';
import { Statements } from './statements.js';
import { Subscripts } from './subscripts.js';
import { TypeParser } from './type-parser.js';

/** Operator schemas of any kind, as far as the builder looks at them. */
export type Schemas = OperatorRegistry<{ readonly signature: Signature }>;

/** What the parts of the graph builder share. */
export class Context {
  readonly library: CodeLibrary;
  readonly types: TypeParser;
  readonly emitter: Emitter;
  readonly objects: Objects;
  readonly state = new State();
  readonly problems = new Problems();
  readonly operators = new Operators(this);
  readonly attributes = new Attributes(this);
  readonly subscripts = new Subscripts(this);
  readonly expressions = new Expressions(this);
  readonly calls = new Calls(this);
  readonly branches = new Branches(this);
  readonly loops = new Loops(this);
  readonly statements = new Statements(this);

  constructor(
    readonly archive: CodeArchive,
    readonly registry: Schemas,
    graph: Graph,
    readonly limits: ReadLimits,
  ) {
    this.library = new CodeLibrary(archive, limits);
    this.types = new TypeParser(this.library);
    this.emitter = new Emitter(graph, limits);
    this.objects = new Objects(this.library, this.types, this.emitter, (object, state) =>
      this.calls.setState(object, state),
    );
  }
}
