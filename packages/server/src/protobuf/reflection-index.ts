import { clone, toBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";

/** Services that came together, with files that fit together. */
export interface ReflectionSource {
  /** Unique; part of the new name of a file that another source has otherwise. */
  readonly name: string;
  /** Imports first. */
  readonly files: readonly FileDescriptorProto[];
}

interface IndexedFile {
  readonly bytes: Uint8Array;
  readonly dependencies: readonly string[];
}

/** Everybody's; who has them otherwise has another version of the same. */
const SHARED = /^(?:google\/protobuf|dev\/restate)\//;

/** What server reflection answers from: files by name, by symbol, by extension. */
export class ReflectionIndex {
  readonly #files = new Map<string, IndexedFile>();
  readonly #symbols = new Map<string, string>();
  /** Extended type, then number, to file. */
  readonly #extensions = new Map<string, Map<number, string>>();

  /** @param hidden names of services that are not shown */
  constructor(sources: readonly ReflectionSource[], hidden: ReadonlySet<string>) {
    for (const source of sources) this.#add(source, hidden);
  }

  /** The file and all that it imports, serialized; undefined: no such file. */
  byFilename(name: string): readonly Uint8Array[] | undefined {
    if (!this.#files.has(name)) return undefined;
    const found = new Map<string, Uint8Array>();
    const visit = (one: string): void => {
      const file = this.#files.get(one);
      if (file === undefined || found.has(one)) return;
      found.set(one, file.bytes);
      for (const dependency of file.dependencies) visit(dependency);
    };
    visit(name);
    return [...found.values()];
  }

  /** The file that defines a service, method, message, field, enum, enum value or extension. */
  bySymbol(symbol: string): readonly Uint8Array[] | undefined {
    const file = this.#symbols.get(symbol.replace(/^\./, ""));
    return file === undefined ? undefined : this.byFilename(file);
  }

  byExtension(type: string, number: number): readonly Uint8Array[] | undefined {
    const file = this.#extensions.get(type)?.get(number);
    return file === undefined ? undefined : this.byFilename(file);
  }

  /** Ascending; undefined: no such type. */
  extensionNumbers(type: string): readonly number[] | undefined {
    const numbers = this.#extensions.get(type);
    if (numbers !== undefined) return [...numbers.keys()].sort((a, b) => a - b);
    return this.#symbols.has(type) ? [] : undefined;
  }

  #add({ name: source, files }: ReflectionSource, hidden: ReadonlySet<string>): void {
    const renamed = new Map<string, string>();
    for (const original of files) {
      const file = visible(original, renamed, hidden);
      let bytes = toBinary(FileDescriptorProtoSchema, file);
      const known = this.#files.get(file.name);
      if (known !== undefined) {
        if (SHARED.test(file.name) || Buffer.compare(known.bytes, bytes) === 0) continue;
        file.name = `${source}/${original.name}`;
        renamed.set(original.name, file.name);
        bytes = toBinary(FileDescriptorProtoSchema, file);
      }
      this.#files.set(file.name, { bytes, dependencies: file.dependency });
      this.#index(file);
    }
  }

  #index(file: FileDescriptorProto): void {
    const prefix = file.package === "" ? "" : `${file.package}.`;
    for (const service of file.service) {
      this.#symbol(`${prefix}${service.name}`, file);
      for (const method of service.method) this.#symbol(`${prefix}${service.name}.${method.name}`, file);
    }
    for (const message of file.messageType) this.#message(prefix, message, file);
    for (const one of file.enumType) this.#enum(prefix, one, file);
    for (const extension of file.extension) this.#extension(prefix, extension, file);
  }

  #message(prefix: string, message: DescriptorProto, file: FileDescriptorProto): void {
    const name = `${prefix}${message.name}`;
    this.#symbol(name, file);
    for (const field of message.field) this.#symbol(`${name}.${field.name}`, file);
    for (const nested of message.nestedType) this.#message(`${name}.`, nested, file);
    for (const nested of message.enumType) this.#enum(`${name}.`, nested, file);
    for (const extension of message.extension) this.#extension(`${name}.`, extension, file);
  }

  /** Values of an enum are named beside it. */
  #enum(prefix: string, { name, value }: EnumDescriptorProto, file: FileDescriptorProto): void {
    this.#symbol(`${prefix}${name}`, file);
    for (const one of value) this.#symbol(`${prefix}${one.name}`, file);
  }

  #extension(
    prefix: string,
    { name, number, extendee }: FieldDescriptorProto,
    file: FileDescriptorProto,
  ): void {
    this.#symbol(`${prefix}${name}`, file);
    const type = extendee.replace(/^\./, "");
    const numbers = this.#extensions.get(type) ?? new Map<number, string>();
    if (!numbers.has(number)) numbers.set(number, file.name);
    this.#extensions.set(type, numbers);
  }

  #symbol(symbol: string, { name }: FileDescriptorProto): void {
    if (!this.#symbols.has(symbol)) this.#symbols.set(symbol, name);
  }
}

/** A copy that imports renamed files by their new names, and has no hidden services. */
function visible(
  original: FileDescriptorProto,
  renamed: ReadonlyMap<string, string>,
  hidden: ReadonlySet<string>,
): FileDescriptorProto {
  const file = clone(FileDescriptorProtoSchema, original);
  file.dependency = file.dependency.map((name) => renamed.get(name) ?? name);
  const prefix = file.package === "" ? "" : `${file.package}.`;
  file.service = file.service.filter(({ name }) => !hidden.has(`${prefix}${name}`));
  return file;
}
