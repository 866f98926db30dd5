#!/usr/bin/env node
import { doctor } from './doctor';

const [command, ...rest] = process.argv.slice(2);

if (command === 'doctor' && rest.length === 0) {
  void doctor((line) => console.log(line)).then((isWell) => {
    process.exitCode = isWell ? 0 : 1;
  });
} else {
  console.error(
    'Usage: npx @bluelibs/runner-native doctor   says whether the native server works here, and why not',
  );
  process.exitCode = 2;
}
