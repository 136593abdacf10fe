/** Checks values by JSON Schema, without generating code; the build puts the library into this file, so that the package needs no dependency for it. */
export { Validator, type Schema, type ValidationError } from 'jsonschema';
