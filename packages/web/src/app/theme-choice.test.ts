import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDark, keepThemeChoice, readThemeChoice } from './theme-choice.ts';

const refusing = {
  getItem: () => {
    throw new Error('storage is forbidden');
  },
  setItem: () => {
    throw new Error('storage is forbidden');
  },
  removeItem: () => {
    throw new Error('storage is forbidden');
  },
};

test('the system decides unless a person did', () => {
  assert.equal(isDark('system', true), true);
  assert.equal(isDark('system', false), false);
  assert.equal(isDark('light', true), false);
  assert.equal(isDark('dark', false), true);
});

test('a choice is kept and read again; rubbish is the system', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  keepThemeChoice(storage, 'dark');
  assert.equal(readThemeChoice(storage), 'dark');
  keepThemeChoice(storage, 'system');
  assert.equal(kept.size, 0);
  assert.equal(readThemeChoice({ getItem: () => 'pink' }), 'system');
});

test('a browser that forbids storage still has a theme', () => {
  keepThemeChoice(refusing, 'dark');
  assert.equal(readThemeChoice(refusing), 'system');
});
