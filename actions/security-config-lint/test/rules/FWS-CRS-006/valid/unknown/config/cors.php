<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['http://app.example.com'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
