/** A schema of the OpenAPI document, as far as it is read here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly format?: string;
  readonly description?: string;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => escapes[one] ?? one);

const indent = (depth: number): string => '  '.repeat(depth);

/** A schema as somebody would write it down, in HTML: what it is called leads to where it stands. */
export function schemaText(schema: Schema, depth = 0): string {
  if (schema.$ref !== undefined) {
    const name = escaped(schema.$ref.split('/').at(-1) ?? '');
    return `<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return escaped(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((one) => escaped(JSON.stringify(one))).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((one) => schemaText(one, depth)).join(' | ');
  if (schema.items) return `list of ${schemaText(schema.items, depth)}`;
  if (schema.properties) return objectText(schema, depth);
  if (typeof schema.additionalProperties === 'object') return 'any names and values';
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['anything']);
  const format = schema.format === undefined ? '' : ` (${schema.format})`;
  return escaped(`${types.join(' or ')}${format}`);
}

function objectText({ properties = {}, required = [] }: Schema, depth: number): string {
  const fields = Object.entries(properties).map(([name, field]) => {
    const optional = required.includes(name) ? '' : '?';
    const note = field.description === undefined ? '' : ` <i>${escaped(field.description)}</i>`;
    return `${indent(depth + 1)}<b>${escaped(name)}</b>${optional}: ${schemaText(field, depth + 1)}${note}\n`;
  });
  return fields.length === 0 ? '{}' : `{\n${fields.join('')}${indent(depth)}}`;
}
