import type { Stage } from '../compiler.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import type { OpName, SourceLoc } from '../ir/graph.js';
import type { RuleId } from '../schema/rule.js';

/** What is to be explained; those that are given must all fit. Without any, the whole model in figures. */
export interface ExplainSelectors {
  /** A value of the ONNX model or of the graph, or an ONNX node, by its name. */
  readonly node?: string;
  /** An operator, the user's own, one on the way, or ONNX's; `aten::view` is all of its overloads. */
  readonly op?: OpName;
  /** A line of the user's source, `FILE:LINE` or `FILE`; the end of a path is enough. Callers count too. */
  readonly line?: string;
  /** A rule: where it fired, and why not where it could have. */
  readonly rule?: RuleId;
}

/** One step of the chain from the user's operator to a node. */
export interface ExplainedStep {
  readonly kind: 'rule' | 'pass' | 'recipe' | 'converter';
  /** The rule's id, the pass, or the operator whose recipe or converter it is. */
  readonly by: string;
  /** The operator before; absent where a pass adds something of its own. */
  readonly from?: OpName;
  readonly to: OpName;
  readonly why?: string;
  /** Where the rule or recipe stands. */
  readonly at?: Span;
}

/** A rule that could have matched, and the part of it that did not. */
export interface RuleMiss {
  readonly rule: RuleId;
  readonly reason: string;
  /** The node or value that does not fit, in words, and its line. */
  readonly place: string;
  readonly source?: Span;
  /** Parts of the rule that had matched before. */
  readonly depth: number;
  /** Where the rule stands. */
  readonly at: Span;
}

/** Why a node stands in the model: the steps from the user's operator, oldest first. */
export interface ExplainedNode {
  /** Whether the node is one of the ONNX model or, where there is none, of the graph. */
  readonly level: 'onnx' | 'graph';
  readonly op: OpName;
  readonly name: string;
  readonly outputs: readonly string[];
  /** The ONNX value that stands for a node of the graph which has no ONNX node of its own. */
  readonly equals?: string;
  /** The user's call stack, innermost frame first. */
  readonly source: SourceLoc;
  readonly steps: readonly ExplainedStep[];
  /** Rules for the node's last operator in the graph, the one that came farthest first. */
  readonly misses: readonly RuleMiss[];
}

/** An operator of the user's that left no node. */
export interface GoneOperator {
  readonly op: OpName;
  readonly name: string;
  readonly source: SourceLoc;
  /** The stage that it did not survive. */
  readonly stage: Stage;
  /** The rule that replaced it, and by which operators, nothing of which is left. */
  readonly rule?: RuleId;
  readonly made?: readonly OpName[];
  readonly why?: string;
  readonly at?: Span;
}

/** A node at which a rule could fire: the root of its pattern fits. */
export interface RuleCandidate {
  readonly op: OpName;
  readonly name: string;
  readonly source: SourceLoc;
  readonly fate: 'fired' | 'replaced' | 'removed' | 'kept';
  /** The rule that replaced it instead, or that made it. */
  readonly by?: RuleId;
  readonly madeBy?: RuleId;
  /** Why the rule does not match when its phase starts, and at the fixpoint; absent where it matches. */
  readonly start?: RuleMiss;
  readonly end?: RuleMiss;
}

export interface RuleReport {
  readonly rule: RuleId;
  readonly phase: 'lowering' | 'translation';
  readonly why: string;
  /** What it matches, in its YAML form with all names expanded, and its conditions. */
  readonly match: string;
  readonly where: readonly string[];
  readonly at: Span;
  /** The pack that it comes from. */
  readonly pack: string;
  readonly state: 'active' | 'disabled';
  /** The layer that switched it off. */
  readonly disabledBy?: string;
  /** Whether the rules of its phase have come to an end: only then `end` is known. */
  readonly ended: boolean;
  readonly fired: number;
  readonly candidates: readonly RuleCandidate[];
  /** Why there are no candidates. */
  readonly note?: string;
}

export interface RuleCount {
  readonly rule: RuleId;
  /** How often it fired; absent where only the ONNX file is known. */
  readonly rewrites?: number;
  /** Nodes of the model whose chain has it. */
  readonly nodes: number;
}

export interface LineCount {
  readonly at: Span;
  /** Operators of the loaded model and nodes of the result. */
  readonly operators?: number;
  readonly nodes: number;
  readonly rules: readonly RuleId[];
}

/** The whole model in figures. */
export interface ModelSummary {
  readonly nodes: number;
  readonly rules: readonly RuleCount[];
  /** By the innermost line, in the order of the model. */
  readonly lines: readonly LineCount[];
}

export interface Explanation {
  /** The stage after which a compilation stopped, with its problems; both empty where it went through. */
  readonly stopped?: Stage;
  readonly problems: readonly Diagnostic[];
  readonly nodes: readonly ExplainedNode[];
  readonly gone: readonly GoneOperator[];
  readonly rule?: RuleReport;
  readonly summary?: ModelSummary;
}
