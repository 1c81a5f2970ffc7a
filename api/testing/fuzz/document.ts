import { z } from 'zod';

/** A schema of the API's document (JSON Schema 2020-12), as far as it is followed here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}
export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Schema;
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;
export interface Operation {
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Throws for a route that is not documented. */
export function operationOf(document: ApiDocument, { method, path }: { method: string; path: string }): Operation {
  const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
  if (!operation) throw new Error(`${method} ${path} is not in the document.`);
  return operation;
}

/** The schema that a reference stands for. */
export function resolved({ components }: ApiDocument, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = components.schemas[schema.$ref.split('/').at(-1) ?? ''];
  if (!found) throw new Error(`${schema.$ref} leads nowhere.`);
  return found;
}

/** Reads what is answered by the schemas of the document itself, not by those that it was made from. */
export function readerOf({ components }: ApiDocument): (schema: Schema) => z.ZodType {
  const readers = new Map<Schema, z.ZodType>();
  const $defs = local(components.schemas);
  return (schema) => {
    const reader = readers.get(schema) ?? z.fromJSONSchema({ ...local(schema), $defs } as never);
    readers.set(schema, reader);
    return reader;
  };
}

/** Refers to what stands beside it, and asks for no classes of Unicode, which zod reads without their flag. */
function local<T>(part: T): T {
  const plain = JSON.stringify(part, (name, value: unknown) =>
    name === 'pattern' && typeof value === 'string' && /\\p\{/i.test(value) ? undefined : value,
  );
  return JSON.parse(plain.replaceAll('#/components/schemas/', '#/$defs/')) as T;
}
