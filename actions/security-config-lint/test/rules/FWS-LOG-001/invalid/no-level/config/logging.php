<?php

return [
    'default' => 'app',
    'deprecations' => ['channel' => env('LOG_DEPRECATIONS_CHANNEL', 'null')],
    'channels' => [
        'app' => ['driver' => 'single', 'path' => storage_path('logs/app.log')],
    ],
];
