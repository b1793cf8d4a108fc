<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://app.example.com'],
    'allowed_origins_patterns' => ['^https://app\.example\.com$', '/^https://app/', '#^https://[a-z#'],
    'supports_credentials' => false,
];
