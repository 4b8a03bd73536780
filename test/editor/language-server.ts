import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const PROGRAM = join(import.meta.dirname, '../../node_modules/yaml-language-server/bin/yaml-language-server');

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface EditorProblem {
  readonly message: string;
  readonly range: { readonly start: Position; readonly end: Position };
}

export interface Suggestion {
  readonly label: string;
  readonly documentation?: string | { readonly value: string };
  readonly insertText?: string;
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The yaml-language-server package as an editor runs it: messages of JSON-RPC on its standard input and output. */
export class LanguageServer {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly pending = new Map<number | string, Pending>();
  private readonly waiting = new Map<string, (problems: readonly EditorProblem[]) => void>();
  private buffer = Buffer.alloc(0);
  private next = 1;

  constructor() {
    this.process = spawn(process.execPath, [PROGRAM, '--stdio']);
    this.process.stdout.on('data', (chunk: Buffer) => this.receive(chunk));
  }

  async start(): Promise<void> {
    const documentation = ['markdown', 'plaintext'];
    await this.request('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        textDocument: {
          completion: { completionItem: { documentationFormat: documentation, snippetSupport: false } },
          hover: { contentFormat: documentation },
        },
        workspace: { configuration: true },
      },
    });
    this.send({ method: 'initialized', params: {} });
  }

  /** Opens a document and waits for its problems. */
  async open(path: string, text: string): Promise<readonly EditorProblem[]> {
    const uri = pathToFileURL(path).href;
    const problems = new Promise<readonly EditorProblem[]>((resolve) => this.waiting.set(uri, resolve));
    this.send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
    });
    return problems;
  }

  async complete(path: string, position: Position): Promise<readonly Suggestion[]> {
    const result = await this.request('textDocument/completion', at(path, position));
    return (result as { readonly items: readonly Suggestion[] }).items;
  }

  async hover(path: string, position: Position): Promise<string> {
    const result = await this.request('textDocument/hover', at(path, position));
    return (result as { readonly contents: { readonly value: string } } | null)?.contents.value ?? '';
  }

  stop(): void {
    this.process.kill();
  }

  private request(method: string, params: unknown): Promise<unknown> {
    const id = this.next++;
    const answer = new Promise<unknown>((resolve, reject) => this.pending.set(id, { resolve, reject }));
    this.send({ id, method, params });
    return answer;
  }

  private send(message: Message): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  private receive(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      const head = this.buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(this.buffer.toString('latin1', 0, head))?.[1]);
      const end = head + 4 + length;
      if (this.buffer.length < end) return;
      const message: Message = JSON.parse(this.buffer.toString('utf8', head + 4, end));
      this.buffer = this.buffer.subarray(end);
      this.handle(message);
    }
  }

  private handle(message: Message): void {
    const { id, method } = message;
    if (method === undefined && id !== undefined) {
      const waits = this.pending.get(id);
      this.pending.delete(id);
      if (message.error === undefined) waits?.resolve(message.result);
      else waits?.reject(new Error(message.error.message));
    } else if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = message.params as { readonly uri: string; readonly diagnostics: EditorProblem[] };
      this.waiting.get(uri)?.(diagnostics);
      this.waiting.delete(uri);
    } else if (method === 'workspace/configuration') {
      const { items } = message.params as { readonly items: readonly { readonly section?: string }[] };
      const settings = { validate: true, completion: true, hover: true, schemaStore: { enable: false } };
      this.send({ id, result: items.map(({ section }) => (section === 'yaml' ? settings : {})) });
    } else if (id !== undefined) this.send({ id, result: null });
  }
}

function at(path: string, position: Position): unknown {
  return { textDocument: { uri: pathToFileURL(path).href }, position };
}
