export interface Component {
  'bom-ref': string;
  group?: string;
  name: string;
  version: string;
  properties?: { name: string; value: string }[];
}

export interface Sbom {
  metadata: { component: { 'bom-ref': string } };
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

export declare function broughtAlong(sbom: Sbom, notices: string): Sbom;
