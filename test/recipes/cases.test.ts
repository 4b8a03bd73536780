import { join } from 'node:path';
import { describe, it } from 'vitest';
import { ruleTester } from '../../src/testing/index.js';

const HERE = import.meta.dirname;

ruleTester({ describe, it }).runFiles(join(HERE, '*.yaml'));
