<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => [
        'https://app.example.com/',
        'https://app.example.com/spa',
        'app.example.com',
        'https://App.example.com',
        'https://app.example.com:443',
        ' https://app.example.com',
    ],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
