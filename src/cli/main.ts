#!/usr/bin/env node
import { runCli } from './run-cli.js';
import { processTerminal } from './terminal.js';

const OPENS_SESSIONS = ['run', 'build'];

process.exitCode = await runCli(process.argv.slice(2), processTerminal());
// An engine that was opened and never run makes threads crash that Node waits for at its natural end.
if (OPENS_SESSIONS.includes(process.argv[2] ?? '')) process.stdout.write('', () => process.exit());
