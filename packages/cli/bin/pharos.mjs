#!/usr/bin/env node
// `npx pharos …` in a checkout. Runs on whatever Node npm found (20 or newer) and hands over to the Node that
// the lockfile pins, because the sources are TypeScript that only Node 24 strips without a build.
import { fileURLToPath } from 'node:url';
import { runForeground } from '../../../scripts/child.mjs';
import { nodeFlagsOf } from '../../../scripts/low-memory.mjs';

const args = process.argv.slice(2);
runForeground([...nodeFlagsOf(args), fileURLToPath(new URL('../src/main.ts', import.meta.url)), ...args]);
