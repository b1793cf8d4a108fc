<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://app.example.com', 'http://old.example.com'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
