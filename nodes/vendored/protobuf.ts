/**
 * Reads .proto files and resolves their types; the build puts the library into this file, so that the package needs no
 * dependency for it. What it makes of them by generating code (Type.encode, Type.decode and the like) stays unused.
 */
export { Enum, Field, MapField, Namespace, Root, Type, common, parse, type INamespace } from 'protobufjs';
