import { expect, test } from 'vitest';
import { operationOf, readerOf, resolved, type ApiDocument } from './document.ts';

const document: ApiDocument = {
  paths: { '/v1/things/{id}': { put: { parameters: [], responses: {} } } },
  components: {
    schemas: {
      Word: { type: 'string', pattern: '^\\P{C}+$' },
      Thing: {
        ...{ type: 'object', required: ['name'], additionalProperties: false },
        properties: { name: { $ref: '#/components/schemas/Word' }, many: { type: 'integer', minimum: 1 } },
      },
    },
  },
};

test('an operation is found by its route, a reference by its name, and what is not there is told', () => {
  expect(operationOf(document, { method: 'PUT', path: '/v1/things/:id' })).toEqual({ parameters: [], responses: {} });
  expect(() => operationOf(document, { method: 'GET', path: '/v1/things/:id' })).toThrow('not in the document');
  expect(resolved(document, { $ref: '#/components/schemas/Word' }).type).toBe('string');
  expect(() => resolved(document, { $ref: '#/components/schemas/Nothing' })).toThrow('leads nowhere');
});

test('an answer is read by the schemas of the document, those they refer to as well', () => {
  const read = readerOf(document)({ $ref: '#/components/schemas/Thing' });
  const fits = (answer: unknown) => read.safeParse(answer).success;
  expect([{ name: 'Río Claro' }, { name: 'a', many: 1 }].map(fits)).toEqual([true, true]);
  expect([{}, { name: 1 }, { name: 'a', many: 0 }, { name: 'a', more: 1 }, 'a', null].map(fits)).toEqual(
    Array(6).fill(false),
  );
});
