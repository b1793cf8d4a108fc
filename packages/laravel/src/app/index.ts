/** `@ops/laravel/app`: a Laravel application read without running it. Apart from the package's main face, which needs no PHP parser. */
export { diskFiles, memoryFiles, type AppFiles } from './files.ts';
export { compareVersions, type Framework, type LockedPackage } from './framework.ts';
export type { LaravelApp } from './laravel-app.ts';
export type { ConfigCache } from './config-cache.ts';
export type { Reader } from './readers.ts';
export type { Problem } from './sources.ts';
export { readApp, type Assumption, type ReadAppOptions } from './read-app.ts';
export type { EnvFile } from '../env/env-file.ts';
export type { EnvSource, FileSource, NamesSource, RealSource } from '../env/sources.ts';
export { isSecretKey, isSecretPath } from '../env/secret-names.ts';
export { entropyOf, isPlaceholder } from '../env/vault.ts';
export { phpBase64 } from '../env/base64.ts';
export { eachOf, entryOf, isSame } from '../config/combine.ts';
export { isNullOf, truthOf } from '../config/truth.ts';
export type { PhpFile } from '../php/file.ts';
export { childrenOf, isNode, nodeIn, nodesIn, textIn, walk, type PhpNode } from '../php/node.ts';
export { PhpNames } from '../php/names.ts';
export type { ConfigArray, ConfigValue, Known, OneOf, Place, SecretShape, SecretValue, Symbolic, Trace, TraceStep, Unknown, UnknownReason, Unset } from '../value.ts';
