<?php

return [
    'paths' => ['*'],
    'allowed_origins' => ['*'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
