import type { Linter } from 'eslint';

declare const importRules: Linter.Config[];
export default importRules;
