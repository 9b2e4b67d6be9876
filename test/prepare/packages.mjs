// Preparation of the tests, first step: npm packages, and Node 24. Plain JavaScript that old versions of Node can run as well.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Of the repository: the package itself runs on older ones too (`engines` of package.json).
const required = Number(/\d+/.exec(JSON.parse(readFileSync(`${root}package.json`, 'utf8')).devDependencies.node)[0]);

if (!upToDate()) {
  if (process.env.CONCIERGE_TEST_INSTALL === '0')
    fail('The npm packages are missing or out of date. Install them: npm ci');
  console.log('The npm packages are missing or out of date. Installing: npm ci');
  const installed = spawnSync('npm', ['ci'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (installed.status !== 0) fail('npm ci failed: see above.');
}

// npm puts node_modules/.bin first on the PATH: the version that the next steps of `npm test` run on, whatever runs this one.
const found = spawnSync('node', ['-p', 'process.versions.node'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
const version = (found.stdout || process.versions.node).trim();
if (Number.parseInt(version, 10) < required) {
  fail(
    `This repository needs Node ${required} or later, and this is Node ${version}. ` +
      'Run `npm ci` with install scripts allowed, which installs it into node_modules, or install it from https://nodejs.org.',
  );
}

/** Whether node_modules holds what package-lock.json lists; optional packages may be for other systems. */
function upToDate() {
  if (!existsSync(`${root}node_modules/.package-lock.json`)) return false;
  const installed = packagesIn('node_modules/.package-lock.json');
  return Object.entries(packagesIn('package-lock.json')).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/** @param {string} file */
function packagesIn(file) {
  return JSON.parse(readFileSync(root + file, 'utf8')).packages;
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}
