<?php

return [
    'default' => 'mysql',
    'connections' => ['mysql' => [
        'host' => env('DB_HOST', '127.0.0.1'),
        // 'encrypt' => env('DB_ENCRYPT', 'yes'),
    ]],
];
