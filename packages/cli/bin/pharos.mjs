#!/usr/bin/env node
// `npx pharos …` in a checkout. Runs on whatever Node npm found (20 or newer) and hands over to the Node that
// the lockfile pins, because the sources are TypeScript that only Node 24 strips without a build.
import { fileURLToPath } from 'node:url';
import { AGENT_FLAGS } from '../../../scripts/agent-flags.mjs';
import { runForeground } from '../../../scripts/child.mjs';

const flags = process.argv[2] === 'agent' ? AGENT_FLAGS : [];
runForeground([...flags, fileURLToPath(new URL('../src/main.ts', import.meta.url)), ...process.argv.slice(2)]);
