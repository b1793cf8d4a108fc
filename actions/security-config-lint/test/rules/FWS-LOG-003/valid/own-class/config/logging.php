<?php

return [
    'default' => 'app',
    'deprecations' => ['channel' => env('LOG_DEPRECATIONS_CHANNEL', 'null')],
    'channels' => [
        'app' => ['driver' => 'custom', 'via' => App\Logging\Remote::class],
    ],
];
