// node --import tsx examples/test-a-flow.ts
import assert from 'node:assert/strict';
import { HungUp, ScriptedLine } from '#flows/testing/scripted-line.ts';
import { sayName } from './write-a-flow.ts';

const voice = { path: '/voices/alex.wav', seconds: 1.2 };
const line = new ScriptedLine('es', { voice: undefined }, { voice });
assert.deepEqual(await sayName(line), voice);
assert.deepEqual(line.told, ['es:name.ask', 'es:name.too-short', 'es:name.ask']);
await assert.rejects(sayName(new ScriptedLine('en', { voice: undefined }, 'hang-up')), HungUp);
console.log('The flow asks twice, and ends with the call.');
