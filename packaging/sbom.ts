// Bill of materials of the package (CycloneDX 1.5, JSON): what is installed with it, and what is bundled into it. Needs
// `npm run build`. `node packaging/sbom.ts > sbom.cdx.json`
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readManifest } from './manifest.ts';
import { noticedPackages } from './notices.ts';

interface Component {
  'bom-ref': string;
  name: string;
  scope?: string;
  properties?: { name: string; value: string }[];
}

interface Bom {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const root = fileURLToPath(new URL('../', import.meta.url));
const notices = ['third-party', 'console'].map((folder) => readFileSync(`${root}dist/${folder}/NOTICES.md`, 'utf8'));
const bundled = new Set(notices.flatMap(noticedPackages));
const text = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], { cwd: root, maxBuffer: 2 ** 28 });
const bom = JSON.parse(text.toString()) as Bom;

const isDevelopment = ({ properties = [] }: Component) =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
const components = bom.components
  .filter((component) => !isDevelopment(component) || bundled.has(component['bom-ref']))
  .map((component): Component => {
    const properties = component.properties?.filter(({ name }) => name !== 'cdx:npm:package:development') ?? [];
    const isBundled = isDevelopment(component);
    return { ...component, properties: isBundled ? [...properties, { name: 'bundled', value: 'true' }] : properties };
  });
const listed = new Set([...components, bom.metadata.component].map((component) => component['bom-ref']));
const missing = [...bundled].filter((name) => !listed.has(name));
if (missing.length > 0) throw new Error(`npm does not list what is bundled: ${missing.join(', ')}`);
const dependencies = bom.dependencies
  .filter(({ ref }) => listed.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => listed.has(other)) }));
const component = { ...bom.metadata.component, name: readManifest(root).name };
const made = { ...bom, metadata: { ...bom.metadata, component }, components, dependencies };
process.stdout.write(`${JSON.stringify(made, null, 2)}\n`);
