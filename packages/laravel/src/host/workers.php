<?php
// Tells every kind of worker that this application knows to end or reload. Each by its own exit code: `artisan reload`
// exits 0 although one of its tasks failed, so its tasks are run instead of it.
OpsHost::main('switch', function (): void {
    OpsHost::boot(['queue:restart']);
    $tasks = ['queue:restart', 'schedule:interrupt', 'horizon:terminate', 'octane:reload', 'reverb:restart', 'pulse:restart'];
    if (OpsHost::has('reload') && method_exists(OpsHost::commands()['reload'], 'getReloadTasks')) {
        $tasks = array_unique(array_merge($tasks, array_values(OpsHost::commands()['reload']->getReloadTasks())));
    }
    $told = [];
    foreach ($tasks as $task) {
        if (! is_string($task) || ! OpsHost::has($task)) {
            continue;
        }
        [$exit, $last] = OpsHost::call($task);
        if ($exit === 0) {
            $told[] = $task;
        } elseif (stripos($last, 'not running') !== false) {
            OpsHost::report('say', "$task: $last");
        } else {
            OpsHost::report('warn', "artisan $task failed with exit code $exit: $last. Workers may still run the old code.");
        }
    }
    OpsHost::fact('workers', implode(' ', $told));
});
