<?php

return [
    'ttl' => env('JWT_TTL', 60),
    'required_claims' => ['iss', 'iat', 'nbf', 'sub', 'jti'],
];
