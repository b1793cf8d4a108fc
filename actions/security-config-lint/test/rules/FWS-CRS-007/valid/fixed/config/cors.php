<?php

return [
    'paths' => ['*'],
    'allowed_origins' => ['https://app.example.com'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
