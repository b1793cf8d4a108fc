<?php

return [
    'cookie' => 'shop_session',
    'secure' => true,
    'path' => '/',
    'domain' => null,
];
